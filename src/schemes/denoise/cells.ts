/** Cells whose traps their writes draw anew, and denoising freezes. */

import { renewed } from '../../conditions/traps/trap-words.ts';
import { openStream } from '../../math/random.ts';
import { readCells, resetCells } from '../pulsed-cells.ts';
import { newOutcome, type OpenCells, type Write, type WriteOutcome } from '../scheme.ts';
import { stepGainOf } from '../write-verify/write-verify.ts';
import { weakAmplitudes, writeDenoised } from './denoised-write.ts';
import { type Bench, openDevice, trappedMean } from './device.ts';
import type { DenoiseProgramming } from './parameters.ts';

export const openDenoise: OpenCells<DenoiseProgramming> = (target, { rows, columns }, seed, array) => {
  const { programming: law, cell: window, traps } = target;
  const open = (effect: string) => openStream(seed, effect, array);
  const gains = { unresponsive: open('unresponsive'), deviceToDevice: open('device-to-device') };
  const bench: Bench = {
    law,
    traps,
    cells: rows * columns,
    draws: {
      traps: open('traps'),
      trapEvents: open('trap-events'),
      readNoise: open('read-noise'),
      cycleToCycle: open('cycle-to-cycle'),
      reset: open('restart'),
    },
  };
  // Enough to cover most of the way.
  const few = { ...bench, law: { ...law, maxPulses: 3, restarts: 0 } };
  const words = new Uint32Array(bench.cells);
  const amplitudes = weakAmplitudes(law);
  const resets = resetCells(window, law.resetSpread, seed, array);
  const outcome = newOutcome();
  const write = (on: Bench, given: Write): WriteOutcome => {
    const { cell, event, from, stuck } = given;
    const { trapEvents, readNoise, cycleToCycle, reset } = bench.draws;
    for (const stream of [trapEvents, readNoise, cycleToCycle, reset]) stream.seek(event);
    const gain = stuck === undefined ? stepGainOf(law, gains, cell) : 0;
    const device = openDevice(on, { cell, g: stuck ?? from, word: words[cell]!, gain, window });
    writeDenoised(on, device, amplitudes, given, outcome);
    words[cell] = device.word;
    return outcome;
  };
  return {
    ...resets,
    traps: words,
    reset(cell, event) {
      words[cell] = renewed(words[cell]!);
      return resets.reset(cell, event);
    },
    program: (given) => write(bench, given),
    readBack: {
      ...readCells(law.readNoise, seed, array),
      trapped: (cell, event, reads) => trappedMean(bench, cell, words[cell]!, event, reads),
    },
    nudge: (given) => write(few, given),
  };
};
