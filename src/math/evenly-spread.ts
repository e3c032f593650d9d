/** @returns `count` of the whole numbers from 0 to below `length`, evenly spread and in order; all, where there are no more */
export function evenlySpread(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  const numbers: number[] = [];
  for (let i = 0; i < taken; i++) numbers.push(Math.floor((i * length) / taken));
  return numbers;
}
