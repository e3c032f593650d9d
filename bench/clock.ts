/** Wall-clock times of repeated runs. */

export interface Times {
  readonly least: number;
  readonly median: number;
}

/** Runs `work` once to warm up and then `count` times; seconds. */
export async function time(count: number, work: () => Promise<unknown>): Promise<Times> {
  await work();
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return { least: seconds[0]!, median: seconds[seconds.length >> 1]! };
}
