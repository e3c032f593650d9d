/** Positions along several axes, the last one fastest, as one number and back. */

/** @param index within `dims` */
export function numberOf(dims: readonly number[], index: readonly number[]): number {
  return dims.reduce((number, size, axis) => number * size + index[axis]!, 0);
}

export function indexOf(dims: readonly number[], number: number): readonly number[] {
  const index: number[] = [];
  let rest = number;
  for (const size of dims.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
