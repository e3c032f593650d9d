/** Cells that a write loop sets pulse by pulse, with the loop's own readings. */
import { openStream } from '../../random.ts';
import { resetConductance } from '../../target/cell.ts';
import { newOutcome, type OpenCells } from '../scheme.ts';
import type { WriteVerifyProgramming } from './parameters.ts';
import { openWriteVerifyDraws, writeVerify } from './write-verify.ts';

export const openWriteVerify: OpenCells<WriteVerifyProgramming> = (
  { programming: law, cell },
  _shape,
  seed,
  array,
) => {
  const draws = openWriteVerifyDraws(seed, array);
  const reset = openStream(seed, 'reset', array);
  const outcome = newOutcome();
  // At a gain of 1/2 they cover seven eighths of the way.
  const few = { ...law, maxPulses: 3 };
  return {
    gFormed: cell.gMax,
    resetPulses: 1,
    reset(_cell, event) {
      reset.seek(event);
      return resetConductance(cell, law.resetSpread, reset.normal());
    },
    program(write) {
      writeVerify(law, cell, draws, write, outcome);
      return outcome;
    },
    readBack: {
      stream: openStream(seed, 'verify-read', array),
      readNoise: law.readNoise,
      toleranceAt: (tolerance) => tolerance,
    },
    nudge(write) {
      writeVerify(few, cell, draws, write, outcome);
      return outcome;
    },
  };
};
