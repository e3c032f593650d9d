/** Times of repeated runs. */

export interface Times {
  readonly least: number;
  readonly median: number;
}

/** Runs `work` once to warm up and then `count` times; seconds of the wall clock. */
export function time(count: number, work: () => Promise<unknown>): Promise<Times> {
  return timeBy(() => performance.now() / 1000, count, work);
}

/** The same in seconds of processor time of all threads: on a machine that does other work, too, what one core would take. */
export function processorTime(count: number, work: () => Promise<unknown>): Promise<Times> {
  const now = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  return timeBy(now, count, work);
}

async function timeBy(now: () => number, count: number, work: () => Promise<unknown>): Promise<Times> {
  await work();
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = now();
    await work();
    seconds.push(now() - start);
  }
  seconds.sort((a, b) => a - b);
  return { least: seconds[0]!, median: seconds[seconds.length >> 1]! };
}
