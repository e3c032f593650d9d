/** Cells that predicted pulses set, by the pulse models that training has given their controller. */
import { openStream } from '../../math/random.ts';
import { readCells, resetCells } from '../pulsed-cells.ts';
import { newOutcome, type OpenCells, type Write, type WriteOutcome } from '../scheme.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { programPredicted } from './predict.ts';
import { modelVariance } from './spread.ts';
import { openDevices } from './training.ts';

export const openFeedforward: OpenCells<FeedforwardProgramming> = (
  target,
  { rows, columns },
  seed,
  array,
) => {
  const { programming: law, cell } = target;
  const devices = openDevices(target, rows * columns, seed, array);
  const draws = {
    readNoise: openStream(seed, 'read-noise', array),
    cycleToCycle: openStream(seed, 'cycle-to-cycle', array),
  };
  const variance = modelVariance(law);
  const outcome = newOutcome();
  const program = (write: Write): WriteOutcome => {
    const models = devices.modelsOf(write.cell);
    const prediction = models && { ...models, offset: 0, variance };
    programPredicted(law, cell, draws, devices.gainOf(write.cell), prediction, write, outcome);
    return outcome;
  };
  return {
    ...resetCells(cell, law.resetSpread, seed, array),
    train: devices.train,
    resume: devices.resume,
    program,
    nudge: program,
    readBack: readCells(law.readNoise, seed, array),
  };
};
