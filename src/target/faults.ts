/**
 * Cells that do not do as they are told, and how many pulses the others endure: the section `faults` of a target, and the cells
 * of one array that are stuck. One uniform draw per cell, keyed by (seed, array, cell): below stuckLow it conducts gMin,
 * within the next stuckHigh it conducts gMax, from fabrication on.
 */
import { z } from 'zod';
import { enduranceSpent } from '../diagnostics/all.ts';
import { openStream } from '../math/random.ts';
import type { Cell, Window } from './cell.ts';
import { type Effect, percent, siemens } from './effect.ts';
import { above0, leaf, type Read, share } from './leaf.ts';
import { type Check, type Problem, unless } from './problem.ts';

export const faults = z.strictObject({
  stuckLow: share('Share of cells that conduct gMin whatever is done'),
  stuckHigh: share('Share of cells that conduct gMax whatever is done'),
  endurance: leaf(above0, '', 'Pulses that a memristor endures'),
  spent: leaf(z.number().min(0), '', 'Pulses that every memristor has seen before'),
});

export type Faults = Read<typeof faults>;

export const faultChecks: readonly Check<Faults>[] = [
  ({ stuckLow, stuckHigh }) =>
    unless(stuckLow + stuckHigh <= 1, 'faults.stuckHigh', 'more than all cells would be stuck'),
  ({ spent, endurance }) => {
    const none = `faults.endurance is ${endurance}, so no pulse is left`;
    const diagnose: Problem['diagnose'] = (place, field) =>
      enduranceSpent(`${place}: ${field}`, 'any program', 'no pulses');
    return unless(spent < endurance, 'faults.spent', none).map((problem) => ({ ...problem, diagnose }));
  },
];

export function faultEffects(cell: Cell, given: Faults | undefined): Effect[] {
  return [
    {
      name: 'stuck cells',
      applied: given !== undefined && given.stuckLow + given.stuckHigh > 0,
      parameters: given
        ? {
            'faults.stuckLow': `${percent(given.stuckLow)} at ${siemens(cell.gMin)}`,
            'faults.stuckHigh': `${percent(given.stuckHigh)} at ${siemens(cell.gMax)}`,
          }
        : {},
      law: 'these shares of the cells conduct gMin or gMax whatever is done',
    },
    {
      name: 'endurance',
      applied: given !== undefined,
      parameters: given
        ? { 'faults.endurance': given.endurance.toPrecision(3), 'faults.spent': String(given.spent) }
        : {},
      law: 'a chip is refused that gives a memristor more pulses than endurance - spent; below that pulses change nothing',
    },
  ];
}

/** Conductances (S) of an array's stuck cells, by cell number. */
export type StuckCells = ReadonlyMap<number, number>;

export function drawStuckCells(
  { stuckLow, stuckHigh }: Pick<Faults, 'stuckLow' | 'stuckHigh'>,
  { gMin, gMax }: Window,
  seed: number,
  array: number,
  cells: number,
): StuckCells {
  const stuck = new Map<number, number>();
  if (stuckLow + stuckHigh === 0) return stuck;
  const stream = openStream(seed, 'stuck', array);
  for (let cell = 0; cell < cells; cell++) {
    stream.seek(cell);
    const u = stream.uniform();
    if (u < stuckLow) stuck.set(cell, gMin);
    else if (u < stuckLow + stuckHigh) stuck.set(cell, gMax);
  }
  return stuck;
}
