/** Exact cells: gMin when formed or RESET, a level's conductance when programmed, without a pulse, and read back as they are. */
import { readCells } from '../pulsed-cells.ts';
import { newOutcome, type OpenCells } from '../scheme.ts';

export const openExact: OpenCells<object> = ({ cell: { gMin } }, _shape, seed, array) => {
  const outcome = { ...newOutcome(), accepted: true };
  return {
    gFormed: gMin,
    resetPulses: 0,
    reset: () => gMin,
    program({ level }) {
      outcome.conductance = level;
      return outcome;
    },
    readBack: readCells(0, seed, array),
  };
};
