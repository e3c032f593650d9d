/** Exact cells: gMin when formed or RESET, and a level's conductance when programmed, without a pulse. */
import { newOutcome, type OpenCells } from '../scheme.ts';

export const openExact: OpenCells<object> = ({ cell: { gMin } }) => {
  const outcome = { ...newOutcome(), accepted: true };
  return {
    gFormed: gMin,
    resetPulses: 0,
    reset: () => gMin,
    program({ level }) {
      outcome.conductance = level;
      return outcome;
    },
  };
};
