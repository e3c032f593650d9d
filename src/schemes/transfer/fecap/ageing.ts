/**
 * How much of its charge a FeCAP still switches: turns cycles and time into a share, one law for all that read it.
 *
 *   wake-up     pristine + (1 - pristine) ln(1 + N) / ln(1 + wokenCycles), at most 1
 *   fatigue     1 / (1 + (N - wokenCycles) / fatigueCycles) beyond wokenCycles
 *   retention   1 - retentionLoss log10(1 + held / retentionTime), at least 0
 *
 * Shapes and sizes are assumed (docs/hidden-weights.md). Spread from capacitor to capacitor shrinks with the charge.
 */
import type { FecapAgeing } from '../../../target/hidden-plane.ts';

/** @param cycles that a FeCAP has seen on this chip, beyond those that all had seen before */
export function chargeAfter(ageing: FecapAgeing, cycles: number): number {
  const { pristine, wokenCycles, fatigueCycles, spent } = ageing;
  const seen = spent + cycles;
  if (seen < wokenCycles) return pristine + ((1 - pristine) * Math.log1p(seen)) / Math.log1p(wokenCycles);
  return 1 / (1 + (seen - wokenCycles) / fatigueCycles);
}

/** @param held time between writing and reading (s) */
export function chargeHeld({ retentionLoss, retentionTime }: FecapAgeing, held: number): number {
  return Math.max(0, 1 - retentionLoss * Math.log10(1 + held / retentionTime));
}
