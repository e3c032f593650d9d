/**
 * Closed-loop programming of one cell: a state machine that turns a cell's conductance into one whose reading lies
 * within a tolerance of its level, or gives the cell up. The loop of Rao et al., Nature 615, 823 (2023): read; stop
 * inside the tolerance; otherwise a SET or RESET pulse towards the level, with a mean step that shrinks with the
 * distance.
 *
 *   reading = g + readNoise * xi
 *   step    = max(minStep, stepGain * |level - reading|) * gain * (1 + cycleToCycle * xi)
 *   gain    = max(0, 1 + deviceToDevice * xi), fixed per cell; 0 for an unresponsive cell
 *   g       = min(gMax, max(gMin, g +- step))
 *
 * So a reading is within tolerance by construction, and the true conductance within tolerance plus the noise of that
 * reading. Every xi is keyed by (seed, effect, array, cell, event): cells may be programmed in any order.
 */
import { openStream, type Stream } from '../../math/random.ts';
import type { Window } from '../../target/cell.ts';
import type { Write, WriteOutcome } from '../scheme.ts';
import type { WriteVerifyProgramming } from './parameters.ts';

/** The draws of one array's cells, one stream per effect, so that switching one off leaves the others as they are. */
export interface WriteVerifyDraws {
  readonly unresponsive: Stream;
  readonly deviceToDevice: Stream;
  readonly readNoise: Stream;
  readonly cycleToCycle: Stream;
}

export function openWriteVerifyDraws(seed: number, array: number): WriteVerifyDraws {
  return {
    unresponsive: openStream(seed, 'unresponsive', array),
    deviceToDevice: openStream(seed, 'device-to-device', array),
    readNoise: openStream(seed, 'read-noise', array),
    cycleToCycle: openStream(seed, 'cycle-to-cycle', array),
  };
}

/** @returns the factor on every step of this cell, the same whenever it is programmed; 0 means that no pulse moves it */
export function stepGainOf(
  law: Pick<WriteVerifyProgramming, 'unresponsive' | 'deviceToDevice'>,
  draws: Pick<WriteVerifyDraws, 'unresponsive' | 'deviceToDevice'>,
  cell: number,
): number {
  if (law.unresponsive > 0) {
    draws.unresponsive.seek(cell);
    if (draws.unresponsive.uniform() < law.unresponsive) return 0;
  }
  if (law.deviceToDevice === 0) return 1;
  draws.deviceToDevice.seek(cell);
  return Math.max(0, 1 + law.deviceToDevice * draws.deviceToDevice.normal());
}

/**
 * Programs one cell.
 * @param outcome where the result goes
 */
export function writeVerify(
  law: WriteVerifyProgramming,
  window: Window,
  draws: WriteVerifyDraws,
  { cell, event, from, level, tolerance, stuck, sent }: Write,
  outcome: WriteOutcome,
): void {
  const { maxPulses, stepGain, minStep, cycleToCycle, readNoise } = law;
  const { gMin, gMax } = stuck === undefined ? window : { gMin: stuck, gMax: stuck };
  const gain = stepGainOf(law, draws, cell);
  const reading = draws.readNoise;
  const pulse = draws.cycleToCycle;
  reading.seek(event);
  pulse.seek(event);
  let g = from;
  let setPulses = 0;
  let resetPulses = 0;
  let accepted = false;
  for (;;) {
    const distance = level - g - (readNoise === 0 ? 0 : readNoise * reading.normal());
    const size = Math.abs(distance);
    accepted = size <= tolerance;
    if (accepted || setPulses + resetPulses === maxPulses) break;
    const spread = cycleToCycle === 0 ? 1 : 1 + cycleToCycle * pulse.normal();
    const step = Math.max(minStep, stepGain * size) * gain * spread;
    sent?.(distance > 0 ? 'set' : 'reset', Number.NaN);
    if (distance > 0) {
      g += step;
      setPulses++;
    } else {
      g -= step;
      resetPulses++;
    }
    g = Math.min(gMax, Math.max(gMin, g));
  }
  outcome.conductance = g;
  outcome.setPulses = setPulses;
  outcome.resetPulses = resetPulses;
  outcome.reads = setPulses + resetPulses + 1;
  outcome.accepted = accepted;
}
