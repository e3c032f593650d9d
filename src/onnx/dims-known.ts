/** What is known of the dimensions of values. A dimension that is not known is undefined; a value whose rank is not known is absent. */

export type Dim = number | undefined;
export type Dims = ReadonlyMap<string, readonly Dim[]>;

/** The sizes of `axes` spatial axes behind batch and channels, where all are known. */
export function knownSpace(dims: readonly Dim[] | undefined, axes: number): readonly number[] | undefined {
  const space = dims?.slice(2).filter((d) => d !== undefined);
  return space?.length === axes && dims?.length === axes + 2 ? space : undefined;
}

/** A dimension while the nodes are walked: a string stands for one that is known by its name alone, such as the batch. */
export type Size = number | string | undefined;

/** undefined where the rank is unknown */
export type Shape = readonly Size[] | undefined;

/** What is known so far while the nodes are walked. */
export interface Known {
  dims(name: string | undefined): Shape;
  /** The elements of a small integer tensor, in order; unknown elements are undefined. */
  values(name: string | undefined): readonly Size[] | undefined;
}
