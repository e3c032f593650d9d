/** Lets work in as long as what it needs fits into a budget: many small samples at once, large ones one after the other. */

/** Runs work once there is room for what it costs, in the order in which it came; what costs more than all runs alone. */
export type Gate = <T>(cost: number, work: () => Promise<T>) => Promise<T>;

export function createGate(budget: number): Gate {
  let left = budget;
  const waiting: { readonly cost: number; readonly start: () => void }[] = [];
  const letIn = () => {
    while (waiting.length > 0 && waiting[0]!.cost <= left) {
      const { cost, start } = waiting.shift()!;
      left -= cost;
      start();
    }
  };
  return async (cost, work) => {
    const taken = Math.min(cost, budget);
    await new Promise<void>((start) => {
      waiting.push({ cost: taken, start });
      letIn();
    });
    try {
      return await work();
    } finally {
      left += taken;
      letIn();
    }
  };
}
