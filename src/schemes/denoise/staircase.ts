/**
 * The staircase of one device as it was published: every level in turn, upwards, each read back at once over a time in which traps are in all
 * of their states. A target -> what every level came to, with denoising or with the same write and trim alone.
 */
import { isFrozen, trapsOf } from '../../conditions/traps/trap-words.ts';
import { openStream } from '../../math/random.ts';
import { levelConductance } from '../../target/cell.ts';
import type { ProgrammedTarget } from '../scheme.ts';
import { openDenoise } from './cells.ts';
import type { DenoiseProgramming } from './parameters.ts';

type Target = ProgrammedTarget<DenoiseProgramming>;

/** Readings of every level, and of each the samples in a row that are averaged. */
const [readings, samples] = [64, 16];

export interface Step {
  /** Siemens. */
  readonly level: number;
  /** The reading that lies farthest from the level, less the level (S). */
  readonly worst: number;
  readonly pulses: number;
  readonly weakPulses: number;
  readonly reads: number;
  /** Pulses and readings, with the waits between those of looks (s). */
  readonly time: number;
}

/** The target on which no look is too loud, so that nothing is denoised. */
export const undenoised = (target: Target): Target => {
  const { programming } = target;
  return {
    ...target,
    programming: { ...programming, look: { ...programming.look, quiet: Number.POSITIVE_INFINITY } },
  };
};

/** @param seed keys the device and all of its draws: devices of one seed are one device */
export function climb(target: Target, seed: number): Step[] {
  const { programming: law, cell, traps } = target;
  const responsive = { ...target, programming: { ...law, unresponsive: 0 } };
  const cells = openDenoise(responsive, { rows: 1, columns: 1, hiddenBits: 0 }, seed, 0);
  const bench = openStream(seed, 'bench', 0);
  const sets = openStream(seed, 'traps', 0);
  let from = cells.reset(0, 0);
  return Array.from({ length: cell.levels }, (_, code) => {
    const level = levelConductance(cell, code);
    const write = { cell: 0, event: code + 1, from, level, tolerance: law.tolerance, stuck: undefined };
    const { conductance, setPulses, resetPulses, weakPulses, reads, lookReads } = cells.program!(write);
    from = conductance;
    const word = cells.traps![0]!;
    const left = traps ? trapsOf(traps, sets, word, 0, 1).filter((_trap, i) => !isFrozen(word, i)) : [];
    bench.seek(code);
    let worst = 0;
    for (let reading = 0; reading < readings; reading++) {
      let off = conductance - level + (law.readNoise * bench.normal()) / Math.sqrt(samples);
      for (const { amplitude, dwell } of left) {
        const mean = dwell.high / (dwell.high + dwell.low);
        off += amplitude * ((bench.uniform() < mean ? 1 : 0) - mean);
      }
      if (Math.abs(off) > Math.abs(worst)) worst = off;
    }
    const pulses = setPulses + resetPulses;
    const time = (pulses + weakPulses) * law.pulseTime + reads * law.readTime + lookReads * law.look.interval;
    return { level, worst, pulses, weakPulses, reads: reads + lookReads, time };
  });
}
