/**
 * What a pulse does to a cell, in one direction and back: x is the share of the window that a cell has crossed in the
 * direction of the pulse, 0 at one end and 1 at the other. A pulse has a dose D, and moves a cell at a rate that falls
 * with x in a straight line:
 *
 *   dx / dD = 1 - gamma x     x' = x + (1 - gamma x) (1 - exp(-gamma D)) / gamma     D = ln((1 - gamma x) / (1 - gamma x')) / gamma
 *
 *   D = exp((V - vFull) / vScale), times what belongs to the device and to the pulse
 *
 * The exponential in the amplitude is that of ions hopping in a high field (Mott and Gurney); the straight line is the
 * update of linear-step devices (aihwkit). Neither is published for this device: both are assumed.
 */

/** Where a pulse of this dose takes a cell, within the window. */
export function afterDose(gamma: number, x: number, dose: number): number {
  const moved = gamma === 0 ? dose : ((1 - gamma * x) * -Math.expm1(-gamma * dose)) / gamma;
  return Math.min(1, Math.max(0, x + moved));
}

/** The dose that takes a cell from `x` to `to`; infinite where none does. */
export function doseBetween(gamma: number, x: number, to: number): number {
  if (gamma === 0) return to - x;
  const left = 1 - gamma * to;
  return left <= 0 ? Number.POSITIVE_INFINITY : Math.log1p((gamma * (to - x)) / left) / gamma;
}

/** Share of the window that a conductance has crossed, upwards or downwards. */
export function crossed(
  { gMin, gMax }: { readonly gMin: number; readonly gMax: number },
  conductance: number,
  up: boolean,
): number {
  const w = (conductance - gMin) / (gMax - gMin);
  return up ? w : 1 - w;
}

/** The conductance that has crossed such a share (S). */
export function conductanceAt(
  { gMin, gMax }: { readonly gMin: number; readonly gMax: number },
  x: number,
  up: boolean,
): number {
  return gMin + (up ? x : 1 - x) * (gMax - gMin);
}
