/** Bytes that constant folding may make, so that a small file cannot take all memory. */

export interface Budget {
  /** Bytes beyond those that the model itself holds. */
  readonly limit: number;
  left: number;
}

/** A model may double what it holds: weight norms and casts of all weights do. */
export function budgetFor(limit: number, held: number): Budget {
  return { limit, left: limit + 2 * held };
}

/** @returns whether there were as many */
export function take(budget: Budget, bytes: number): boolean {
  if (!(bytes <= budget.left)) return false;
  budget.left -= bytes;
  return true;
}

export function tooMuch({ limit, left }: Budget, bytes: number): string {
  const mib = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  return (
    `constant folding would take ${mib(bytes)} for it, of which ${mib(left)} are left; ` +
    `--folded-mib allows more than ${limit / 2 ** 20}`
  );
}
