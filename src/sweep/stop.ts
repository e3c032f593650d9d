/**
 * The stop rule: a point has enough chips with the first ones, in the order of their seeds, whose interval is narrow enough. It does not
 * matter in which order, or where, they were measured, nor whether more of them were.
 */
import { type ChipOutcome, figureOf } from './figures.ts';
import type { SweepPlan } from './plan.ts';

/** Chips of a point, looked at one after the other. */
export interface StopState {
  /** Chips that are known, from the first on without a gap. */
  readonly chips: readonly ChipOutcome[];
  /** Chips that count, once that is known. */
  readonly enough: number | undefined;
}

export const noChips: StopState = { chips: [], enough: undefined };

/** @param most chips that the point may have */
export function withChip(
  { chips: known, enough }: StopState,
  chip: ChipOutcome,
  stop: SweepPlan['stop'],
  most: number,
): StopState {
  if (enough !== undefined) return { chips: known, enough };
  const chips = [...known, chip];
  return { chips, enough: chips.length === most || isNarrow(chips, stop) ? chips.length : undefined };
}

function isNarrow(chips: readonly ChipOutcome[], stop: SweepPlan['stop']): boolean {
  if (!stop || chips.length < stop.atLeast) return false;
  const { low, high } = figureOf(stop.metric, chips) ?? {};
  return low !== undefined && high !== undefined && high - low < stop.narrowerThan;
}
