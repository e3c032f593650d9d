/** The parameters of a target as another tool reads them. */

/** A section or field of the target that the form cannot say, or says only nearly. */
export interface LeftOut {
  readonly field: string;
  readonly reason: string;
}

export interface Parameters {
  /** JSON, which `targets import` reads too. */
  readonly json: string;
  /** Python, where the tool takes a part of it as code. */
  readonly python?: string;
  readonly leftOut: readonly LeftOut[];
}
