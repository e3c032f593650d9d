/**
 * What the write loop leaves of cells that it takes from RESET to a level: mean and variance. It nears the level from one side and stops
 * at the first reading within the tolerance, so cells end on that side of it, by how far the last steps were. That is seen on two
 * thousand cells of a chip that is never made, so the mean is right to 2 % of the tolerance, and the variance to 5 %; it changes little
 * from level to level, and is looked at for some of them.
 */
import { atKnots, interpolated } from '../../math/knots.ts';
import { openStream } from '../../math/random.ts';
import { type Cell, resetConductance } from '../../target/cell.ts';
import { newOutcome } from '../scheme.ts';
import type { Spread } from '../spread.ts';
import type { WriteVerifyProgramming } from './parameters.ts';
import { openWriteVerifyDraws, writeVerify } from './write-verify.ts';

const cells = 2048;
/** Levels that are looked at, closer to each other near RESET. */
const knots = 32;

/** By law and cell, because targets are asked again and again. */
const known = new WeakMap<WriteVerifyProgramming, WeakMap<Cell, (level: number) => Spread>>();

/** @returns by level (S), of cells that pulses move */
export function loopSpreads(law: WriteVerifyProgramming, cell: Cell): (level: number) => Spread {
  const ofLaw = known.get(law) ?? new WeakMap<Cell, (level: number) => Spread>();
  known.set(law, ofLaw);
  const spreads = ofLaw.get(cell) ?? seenSpreads(law, cell);
  ofLaw.set(cell, spreads);
  return spreads;
}

function seenSpreads(law: WriteVerifyProgramming, cell: Cell): (level: number) => Spread {
  const { gMin, gMax } = cell;
  const at = atKnots(gMin, gMax, knots, (level) => loopSpreadAt(law, cell, level));
  return (level) => {
    const { low, high, weight } = at(level);
    return {
      mean: level + interpolated(low.off, high.off, weight),
      variance: interpolated(low.variance, high.variance, weight),
    };
  };
}

/** How far off the mean of a level is, and the variance about it. */
export function loopSpreadAt(law: WriteVerifyProgramming, cell: Cell, level: number) {
  const draws = openWriteVerifyDraws(0, 0);
  const reset = openStream(0, 'reset', 0);
  const moving = { ...law, unresponsive: 0 };
  const outcome = newOutcome();
  let [sum, squares] = [0, 0];
  for (let number = 0; number < cells; number++) {
    reset.seek(number);
    const from = resetConductance(cell, law.resetSpread, reset.normal());
    const write = { cell: number, event: number, from, level, tolerance: law.tolerance, stuck: undefined };
    writeVerify(moving, cell, draws, write, outcome);
    const off = outcome.conductance - level;
    sum += off;
    squares += off ** 2;
  }
  const off = sum / cells;
  return { off, variance: squares / cells - off ** 2 };
}
