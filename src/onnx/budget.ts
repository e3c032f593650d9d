/** Bytes that constant folding may make, so that a small file cannot take all memory. */
import type { OnnxNode, Origin } from '../ir/graph.ts';

export interface Budget {
  /** Bytes beyond those that the model itself holds. */
  readonly limit: number;
  left: number;
  /** Nodes whose results did not fit, by their place in the model. */
  readonly exceeded: Map<number, Exceeded>;
}

export interface Exceeded {
  readonly origin: Origin;
  readonly reason: string;
}

/** A model may take as much again as it holds, twice: weight norms and casts of all weights do. */
export function budgetFor(limit: number, held: number): Budget {
  return { limit, left: limit + 2 * held, exceeded: new Map() };
}

/** @returns why there are not as many bytes left for what the node makes; undefined where there were */
export function whyOver(budget: Budget, { origin }: OnnxNode, bytes: number): string | undefined {
  if (bytes <= budget.left) {
    budget.left -= bytes;
    return undefined;
  }
  const mib = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  const reason = `constant folding would take ${mib(bytes)} for it, of which ${mib(budget.left)} are left`;
  budget.exceeded.set(origin.index, { origin, reason });
  return reason;
}
