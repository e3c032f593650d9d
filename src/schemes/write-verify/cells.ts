/** Cells that a write loop sets pulse by pulse, with the loop's own readings. */
import { readCells, resetCells } from '../pulsed-cells.ts';
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
  const outcome = newOutcome();
  // At a gain of 1/2 they cover seven eighths of the way.
  const few = { ...law, maxPulses: 3 };
  return {
    ...resetCells(cell, law.resetSpread, seed, array),
    program(write) {
      writeVerify(law, cell, draws, write, outcome);
      return outcome;
    },
    readBack: readCells(law.readNoise, seed, array),
    nudge(write) {
      writeVerify(few, cell, draws, write, outcome);
      return outcome;
    },
  };
};
