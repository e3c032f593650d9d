/** What is known of dimensions and of small integers while the nodes of a graph are walked. */

/** A dimension: a string stands for one that is known by its name alone, such as the batch. */
export type Size = number | string | undefined;

/** undefined where the rank is unknown */
export type Shape = readonly Size[] | undefined;

export interface Known {
  dims(name: string | undefined): Shape;
  /** The elements of a small integer tensor, in order; unknown elements are undefined. */
  values(name: string | undefined): readonly Size[] | undefined;
}
