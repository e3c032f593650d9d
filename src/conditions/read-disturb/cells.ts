/** Cells that move by the pulses that read them: G(t) = G (1 + change)^n or G (1 - change)^n after n = t / interval of them. */
import type { Window } from '../../target/cell.ts';
import type { CellLaws } from '../condition.ts';
import type { ReadDisturb } from './model.ts';

/** @param window beyond which reading moves no cell (S) */
export function disturbedByReads(
  { change, towards, interval }: ReadDisturb,
  window: Window,
  g: number,
  at: number,
): number {
  const pulses = at / interval;
  return towards === 'high'
    ? Math.max(g, Math.min(window.gMax, g * (1 + change) ** pulses))
    : Math.min(g, Math.max(window.gMin, g * (1 - change) ** pulses));
}

export const readDisturbing: CellLaws<ReadDisturb>['ageing'] =
  (law, { window, at }) =>
  (g) =>
    disturbedByReads(law, window, g, at);
