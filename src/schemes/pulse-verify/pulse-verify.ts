/**
 * Closed-loop programming with identical SET and RESET pulses: a state machine that turns a cell's conductance into one
 * whose reading lies within a tolerance of its level, or gives the cell up. Falcone et al., Adv. Funct. Mater. 2025: read;
 * stop inside the tolerance; otherwise one pulse towards the level. The pulse's step is that of a pulse model (steps/).
 *
 *   reading   g + readNoise xi
 *   step      that of the model, times the cell's gain: 0 for an unresponsive cell, slowGain for a slow one, else 1
 *   ladder    times the amplitude: growth, growth^2, ... up to limit, after each `after` pulses in one direction of which
 *             none has moved the reading by the tolerance; 1 again at every turn
 *   g         conductance of the state w, plus writeNoise stepSize xi of the last pulse
 *   recheck   accepted, wait relaxTime: w moves by relaxShift + relaxSpread xi; read; outside the tolerance, once more
 *
 * Every xi is keyed by (seed, effect, array, cell, event): cells may be programmed in any order.
 */
import { openStream, type Stream } from '../../math/random.ts';
import type { Window } from '../../target/cell.ts';
import { newOutcome, type Write, type WriteOutcome } from '../scheme.ts';
import { cmoPulses } from './cmo-hfox.ts';
import type { PulseVerifyProgramming } from './parameters.ts';
import {
  type DeviceDraws,
  drawDevice,
  newDevice,
  openDeviceDraws,
  type PulseDevice,
} from './steps/device.ts';
import type { PulseLaw } from './steps/law.ts';
import { pulseLawOf } from './steps/law-of.ts';
import { conductanceOf, pulsed } from './steps/step.ts';

export interface PulseVerifyLaw {
  readonly programming: PulseVerifyProgramming;
  readonly pulse: PulseLaw;
  readonly window: Window;
}

export function pulseVerifyLaw(programming: PulseVerifyProgramming, window: Window): PulseVerifyLaw {
  return { programming, pulse: pulseLawOf(programming.pulse), window };
}

/** The draws of one array's cells, one stream per effect, so that switching one off leaves the others as they are. */
export interface PulseVerifyDraws extends DeviceDraws {
  readonly unresponsive: Stream;
  readonly slow: Stream;
  readonly readNoise: Stream;
  readonly cycleToCycle: Stream;
  readonly writeNoise: Stream;
  readonly relaxation: Stream;
}

export function openPulseVerifyDraws(seed: number, array: number): PulseVerifyDraws {
  return {
    ...openDeviceDraws(seed, array),
    unresponsive: openStream(seed, 'unresponsive', array),
    slow: openStream(seed, 'slow', array),
    readNoise: openStream(seed, 'read-noise', array),
    cycleToCycle: openStream(seed, 'cycle-to-cycle', array),
    writeNoise: openStream(seed, 'write-noise', array),
    relaxation: openStream(seed, 'relaxation', array),
  };
}

/** What programming one cell did, with all its waits. Overwritten by every call. */
export interface PulseVerifyOutcome extends WriteOutcome {
  /** State w below the write noise; it goes into the next programming of the cell. */
  state: number;
}

export function newPulseVerifyOutcome(): PulseVerifyOutcome {
  return { ...newOutcome(), state: 0 };
}

/** One cell: its device and how far its steps reach. */
export interface PulseCell {
  readonly device: PulseDevice;
  gain: number;
}

export function newPulseCell(): PulseCell {
  return { device: newDevice(), gain: 1 };
}

/** Draws cell number `cell` of an array, the same whenever it is asked for. */
export function drawPulseCell(
  { programming, pulse }: PulseVerifyLaw,
  draws: PulseVerifyDraws,
  cell: number,
  into: PulseCell,
): void {
  drawDevice(pulse, draws, cell, into.device);
  draws.unresponsive.seek(cell);
  draws.slow.seek(cell);
  const moves = programming.unresponsive === 0 || draws.unresponsive.uniform() >= programming.unresponsive;
  const slow = programming.slow > 0 && draws.slow.uniform() < programming.slow;
  into.gain = moves ? (slow ? programming.slowGain : 1) : 0;
}

/** Accepted distance at a level (S), for the tolerance that an instruction gives for the highest level. */
export function toleranceAt(
  { toleranceLaw }: Pick<PulseVerifyProgramming, 'toleranceLaw'>,
  tolerance: number,
  level: number,
  highest: number,
): number {
  return toleranceLaw === 'absolute' ? tolerance : (tolerance * level) / highest;
}

/**
 * Programs one cell.
 * @param cell as drawPulseCell gives it
 * @param from state w at the start
 * @param write its tolerance is that at its level
 * @param outcome where the result goes
 */
export function pulseVerify(
  law: PulseVerifyLaw,
  draws: PulseVerifyDraws,
  cell: PulseCell,
  from: number,
  { event, level, tolerance, sent }: Pick<Write, 'event' | 'level' | 'tolerance' | 'sent'>,
  outcome: PulseVerifyOutcome,
): void {
  const { programming, pulse, window } = law;
  const { maxPulses, readNoise, rechecks, ladder } = programming;
  const { device, gain } = cell;
  for (const name of ['readNoise', 'cycleToCycle', 'writeNoise', 'relaxation'] as const)
    draws[name].seek(event);
  const read = (g: number) => (readNoise === 0 ? g : g + readNoise * draws.readNoise.normal());
  const noiseStep = gain === 0 ? 0 : pulse.writeNoise * pulse.stepSize;
  let w = Math.min(device.upper, Math.max(device.lower, from));
  // What the write noise of the last pulse adds to the state.
  let above = 0;
  let g = conductanceOf(pulse, window, w);
  let reading = read(g);
  let [setPulses, resetPulses, reads, waits] = [0, 0, 1, 0];
  // Pulses in one direction that have moved nothing, and what the ladder makes of them.
  let [idle, amplitude, upward] = [0, 1, true];
  for (;;) {
    if (Math.abs(level - reading) <= tolerance) {
      if (waits === rechecks) break;
      waits++;
      w = relaxed(law, device, w, draws.relaxation);
      g = conductanceOf(pulse, window, w + above);
      reading = read(g);
      reads++;
      if (Math.abs(level - reading) <= tolerance) break;
      continue;
    }
    if (setPulses + resetPulses === maxPulses) break;
    const up = level > reading;
    if (up !== upward) [idle, amplitude, upward] = [0, 1, up];
    sent?.(up ? 'set' : 'reset', voltageOf(pulse, up));
    w = pulsed(pulse, window, device, w, up, gain * amplitude, draws.cycleToCycle.normal());
    if (noiseStep > 0) above = noiseStep * draws.writeNoise.normal();
    g = conductanceOf(pulse, window, w + above);
    if (up) setPulses++;
    else resetPulses++;
    const before = reading;
    reading = read(g);
    reads++;
    if (!ladder) continue;
    idle = Math.abs(reading - before) < tolerance ? idle + 1 : 0;
    if (idle < ladder.after) continue;
    idle = 0;
    amplitude = Math.min(ladder.limit, amplitude * ladder.growth);
  }
  outcome.accepted = Math.abs(level - reading) <= tolerance;
  outcome.conductance = g;
  outcome.state = w;
  outcome.setPulses = setPulses;
  outcome.resetPulses = resetPulses;
  outcome.reads = reads;
  outcome.waits = waits;
}

/** Step models have no voltage, but for the compact one. */
const voltageOf = ({ model }: PulseLaw, up: boolean): number =>
  model === 'cmo-hfox' ? (up ? cmoPulses.set : cmoPulses.reset) : Number.NaN;

/** The state after one wait. */
function relaxed(
  { programming, pulse, window }: PulseVerifyLaw,
  device: PulseDevice,
  w: number,
  stream: Stream,
): number {
  const change = programming.relaxShift + programming.relaxSpread * stream.normal();
  const next = w + (change / (window.gMax - window.gMin)) * (pulse.boundMax - pulse.boundMin);
  return Math.min(device.upper, Math.max(device.lower, next));
}
