/** Cells that take a conductance drawn from a published distribution. Its sigma is what was read, noise and all. */
import { readCells, resetCells } from '../pulsed-cells.ts';
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
  const outcome = newOutcome();
  return {
    ...resetCells(cell, law.resetSpread, seed, array),
    program(write) {
      programOnce(law, cell, draws, write, outcome);
      return outcome;
    },
    readBack: readCells(0, seed, array),
  };
};
