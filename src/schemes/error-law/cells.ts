/** Cells that take a conductance drawn from a published distribution. Its sigma is what was read, noise and all. */
import { openStream } from '../../random.ts';
import { resetConductance } from '../../target/cell.ts';
import { newOutcome, type OpenCells } from '../scheme.ts';
import { openErrorLawDraws, programOnce } from './error-law.ts';
import type { ErrorLawProgramming } from './parameters.ts';

export const openErrorLaw: OpenCells<ErrorLawProgramming> = (
  { programming: law, cell },
  _shape,
  seed,
  array,
) => {
  const draws = openErrorLawDraws(seed, array);
  const reset = openStream(seed, 'reset', array);
  const outcome = newOutcome();
  return {
    gFormed: cell.gMax,
    resetPulses: 1,
    reset(_cell, event) {
      reset.seek(event);
      return resetConductance(cell, law.resetSpread, reset.normal());
    },
    program(write) {
      programOnce(law, cell, draws, write, outcome);
      return outcome;
    },
    readBack: {
      stream: openStream(seed, 'verify-read', array),
      readNoise: 0,
      toleranceAt: (tolerance) => tolerance,
    },
  };
};
