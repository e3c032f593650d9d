/** Values of an axis -> the prefix of its unit with which their largest has one to three digits before the point. */
import type { Axis } from '../../figures/figure.ts';

const prefixes = ['f', 'p', 'n', 'u', 'm', '', 'k', 'M', 'G'] as const;
const prefixed = new Set(['S', 'V', 's', 'J', 'A', 'F', 'ohm', 'm', 'C']);

/** The largest magnitude among the finite ones; 0 without any. */
function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}

export interface Scale {
  /** Values are divided by it. */
  readonly unit: number;
  readonly label: string;
}

/** Axes in logarithmic scale keep the plain unit: their ticks are powers of ten. */
export function scaleOf({ name, unit, scale }: Axis, values: Iterable<number>): Scale {
  const most = largest(values);
  if (scale === 'log' || !prefixed.has(unit) || most === 0)
    return { unit: 1, label: unit === '' ? name : `${name} (${unit})` };
  const power = Math.min(4, Math.max(-5, Math.floor(Math.log10(most * (1 + 1e-9)) / 3)));
  return { unit: 10 ** (3 * power), label: `${name} (${prefixes[power + 5]}${unit})` };
}
