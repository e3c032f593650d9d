/** Cells of a pulse model, each with its own bounds and steps and a state w that lies below its write noise. */
import { readCells, resetCells } from '../pulsed-cells.ts';
import { newOutcome, type OpenCells } from '../scheme.ts';
import type { PulseVerifyProgramming } from './parameters.ts';
import {
  drawPulseCell,
  newPulseCell,
  newPulseVerifyOutcome,
  openPulseVerifyDraws,
  pulseVerify,
  pulseVerifyLaw,
  toleranceAt,
} from './pulse-verify.ts';
import { conductanceOf, stateOf } from './steps/step.ts';

export const openPulseVerify: OpenCells<PulseVerifyProgramming> = (
  { programming, cell: window },
  { rows, columns },
  seed,
  array,
) => {
  const law = pulseVerifyLaw(programming, window);
  const draws = openPulseVerifyDraws(seed, array);
  const resets = resetCells(window, programming.resetSpread, seed, array);
  const states = new Float64Array(rows * columns);
  const cell = newPulseCell();
  const done = newPulseVerifyOutcome();
  const outcome = newOutcome();
  // Cells wait together.
  let waits = 0;
  const accepted = (tolerance: number, level: number) =>
    toleranceAt(programming, tolerance, level, window.gUseMax);
  return {
    ...resets,
    resume(index, conductance) {
      states[index] = stateOf(law.pulse, window, conductance);
    },
    reset(index, event) {
      drawPulseCell(law, draws, index, cell);
      const w = stateOf(law.pulse, window, resets.reset(index, event));
      const held = Math.min(cell.device.upper, Math.max(cell.device.lower, w));
      states[index] = held;
      return conductanceOf(law.pulse, window, held);
    },
    program({ cell: index, event, level, tolerance, stuck, sent }) {
      drawPulseCell(law, draws, index, cell);
      if (stuck !== undefined) {
        cell.gain = 0;
        cell.device.upper = cell.device.lower = stateOf(law.pulse, window, stuck);
      }
      const write = { event, level, tolerance: accepted(tolerance, level), sent };
      pulseVerify(law, draws, cell, states[index]!, write, done);
      states[index] = done.state;
      Object.assign(outcome, done);
      outcome.waits = Math.max(0, done.waits - waits);
      waits = Math.max(waits, done.waits);
      return outcome;
    },
    readBack: readCells(programming.readNoise, seed, array, accepted),
  };
};
