/** The cells of a target: their levels and windows, and what a level code and a RESET are as conductances. */
import { z } from 'zod';
import { choice, integer, quantity, type Read } from './leaf.ts';

export const cell = z.strictObject({
  levels: integer(2, 65536, 'Level codes 0 to levels - 1 lie evenly from gUseMin to gUseMax'),
  gMin: quantity('S', 'Lowest conductance that can be programmed'),
  gMax: quantity('S', 'Highest conductance that can be programmed'),
  gUseMin: quantity('S', 'Conductance of level 0: the lowest used for MVM'),
  gUseMax: quantity('S', 'Conductance of the highest level: the highest used for MVM'),
  encoding: choice(
    ['auto', 'differential', 'offset'],
    'Signed weights: `differential` column pairs, an `offset` with a reference column, or `auto`: the compiler chooses layer by layer',
  ),
  flipped: choice(
    ['none', 'heavy'],
    'Columns beside a reference that are stored negated: `heavy` ones, whose levels add up to more than half of what they could, or `none`; absent: `none`',
  ).optional(),
  unused: choice(
    ['unformed', 'reset'],
    'A cell that no weight uses: `unformed`, or formed and `reset` like the others',
  ),
  gUnformed: quantity('S', 'Conductance of a cell that was never formed'),
});

export type Cell = Read<typeof cell>;

/** What can be programmed (S). */
export type Window = Pick<Cell, 'gMin' | 'gMax'>;

/** Conductance of one level step (S). */
export function levelStepOf(of: Cell): number {
  return (of.gUseMax - of.gUseMin) / (of.levels - 1);
}

/** Conductance of a level (S): codes 0 to levels - 1 lie evenly over the window that is used for MVM. `code` may be fractional. */
export function levelConductance(of: Cell, code: number): number {
  return of.gUseMin + code * levelStepOf(of);
}

/**
 * Conductance right after RESET (S): the lower end of the programmable window, and a one-sided spread above it, because a
 * RESET leaves some filament behind but cannot go below the window: gMin + |spread * xi|.
 * @param xi a standard normal draw
 */
export function resetConductance({ gMin, gMax }: Window, spread: number, xi: number): number {
  return Math.min(gMax, gMin + Math.abs(spread * xi));
}
