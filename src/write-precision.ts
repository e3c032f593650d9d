/** How exactly a target's own programming sets a cell, as far as the compiler has to know. */
import { polynomial } from './polynomial.ts';
import { levelStepOf } from './target/cell.ts';
import type { Target } from './target/target.ts';

/** What cells are like that can be read back: the distance within which they end, and the noise of a reading (S). */
export interface WritePrecision {
  readonly tolerance: number;
  readonly readNoise: number;
}

/**
 * The precision of cells that are programmed one by one and can be read back, undefined for others. An error law accepts
 * nothing: its tolerance is twice the mean of its levels' standard deviations.
 */
export function writePrecisionOf({
  programming,
  cell,
}: Pick<Target, 'programming' | 'cell'>): WritePrecision | undefined {
  switch (programming.scheme) {
    case 'write-verify':
    case 'pulse-verify':
      return { tolerance: programming.tolerance, readNoise: programming.readNoise };
    case 'error-law': {
      const step = levelStepOf(cell);
      let sum = 0;
      for (let code = 0; code < cell.levels; code++)
        sum += Math.max(0, polynomial(programming.sigma, cell.gUseMin + code * step));
      return { tolerance: (2 * sum) / cell.levels, readNoise: 0 };
    }
    default:
      return undefined;
  }
}

/** The tolerance that program and verify instructions carry (S): that of a write loop, else half a level step. */
export function instructionTolerance({ programming, cell }: Pick<Target, 'programming' | 'cell'>): number {
  const loop = programming.scheme === 'write-verify' || programming.scheme === 'pulse-verify';
  return Math.fround(loop ? programming.tolerance : levelStepOf(cell) / 2);
}
