/** @returns `count` of the whole numbers from 0 to below `length`, evenly spread and in order; all, where there are no more */
export function evenlySpread(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * length) / taken));
}
