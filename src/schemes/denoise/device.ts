/**
 * One cell on the bench: what pulses and time do to its conductance and its traps, and what a reading feels of them. Programming and
 * reading of a chip share the traps: which there are, and which are frozen, is all in the word that the cell remembers.
 *
 *   reading      g + sum a (s - mean s) + readNoise xi, over the traps that are not frozen
 *   write pulse  g' = g +- step, held within the window; all traps are drawn anew with probability 1 - exp(-|g' - g| / renewal)
 *   weak pulse   each trap is frozen in its state with probability 1 - exp(-exp((V - vFreeze) / vScale)), which leaves its a (s - mean s)
 *                in g; then g +- shift exp((V - vMax) / vScale) (1 + cycleToCycle xi), and traps as after a write pulse
 *
 * All of it is inferred: that writes leave random telegraph noise, and that sub-threshold pulses of both polarities remove it, is
 * published (Rao et al., Nature 615, 823 (2023)), the laws are not.
 */
import { later } from '../../conditions/fluctuator.ts';
import type { Traps } from '../../conditions/traps/model.ts';
import { isFrozen, renewed, trapsOf, withFrozen } from '../../conditions/traps/trap-words.ts';
import { chiSquare } from '../../math/chi-square.ts';
import type { Stream } from '../../math/random.ts';
import { resetConductance, type Window } from '../../target/cell.ts';
import type { DenoiseProgramming } from './parameters.ts';

/** The draws of one array's cells, one stream per effect. */
export interface DeviceDraws {
  readonly traps: Stream;
  /** When traps are drawn anew or frozen, and their states. */
  readonly trapEvents: Stream;
  readonly readNoise: Stream;
  readonly cycleToCycle: Stream;
  /** Of the RESETs after which a cell begins again. */
  readonly reset: Stream;
}

interface LiveTrap {
  readonly number: number;
  /** Siemens. */
  readonly amplitude: number;
  /** Chance of the high state, and how fast it is forgotten (1/s). */
  readonly mean: number;
  readonly rate: number;
  state: number;
}

export interface Device {
  /** Mean conductance (S). */
  g: number;
  /** What the cell remembers of its traps. */
  word: number;
  live: readonly LiveTrap[];
  readonly cell: number;
  readonly window: Window;
  /** Factor on every step; 0 where no pulse moves the cell. */
  readonly gain: number;
}

/** What all devices of an array have in common. */
export interface Bench {
  readonly law: DenoiseProgramming;
  /** Undefined where writes leave no traps. */
  readonly traps: Traps | undefined;
  readonly draws: DeviceDraws;
  /** Cells of the array. */
  readonly cells: number;
}

/** The traps of a cell that are not frozen, in states of long ago. */
function liveTraps({ traps, draws, cells }: Bench, cell: number, word: number): readonly LiveTrap[] {
  if (!traps) return [];
  const { trapEvents } = draws;
  const all = trapsOf(traps, draws.traps, word, cell, cells);
  if (all.length === 0) return [];
  return all.flatMap(({ amplitude, dwell: { high, low } }, number) => {
    if (isFrozen(word, number)) return [];
    const mean = high / (high + low);
    const state = trapEvents.uniform() < mean ? 1 : 0;
    return [{ number, amplitude, mean, rate: 1 / high + 1 / low, state }];
  });
}

export function openDevice(bench: Bench, cell: Omit<Device, 'live'>): Device {
  return { ...cell, live: liveTraps(bench, cell.cell, cell.word) };
}

function offsetOf(live: readonly LiveTrap[]): number {
  let sum = 0;
  for (const { amplitude, state, mean } of live) sum += amplitude * (state - mean);
  return sum;
}

/** Lets time pass. @param decays exp(-time / tau) of every trap */
function letPass({ draws }: Bench, { live }: Pick<Device, 'live'>, decays: readonly number[]): void {
  for (let i = 0; i < live.length; i++) {
    const trap = live[i]!;
    trap.state = later(trap.mean, decays[i]!, trap.state, draws.trapEvents);
  }
}

const decaysOf = ({ live }: Device, time: number) => live.map(({ rate }) => Math.exp(-time * rate));

/** One reading (S), after the time since the last. */
export function readDevice(bench: Bench, device: Device, time: number): number {
  const { draws, law } = bench;
  const seen = device.g + (law.readNoise === 0 ? 0 : law.readNoise * draws.readNoise.normal());
  if (device.live.length === 0) return seen;
  letPass(bench, device, decaysOf(device, time));
  return seen + offsetOf(device.live);
}

export interface Look {
  /** Mean and standard deviation of its readings (S). */
  mean: number;
  sigma: number;
}

/**
 * Mean and standard deviation of readings o + readNoise xi, o what traps add: the one is normal around the mean of o, the other apart
 * from it, a chi-square of which one degree of freedom is off by how far o scatters. So no reading is drawn by itself.
 * @param into where the result goes
 */
export function lookAt(bench: Bench, device: Device, into: Look): void {
  const { live, g } = device;
  const { readNoise, look } = bench.law;
  const { reads, interval } = look;
  const noise = bench.draws.readNoise;
  let [sum, squares] = [0, 0];
  if (live.length > 0) {
    const decays = decaysOf(device, interval);
    for (let i = 0; i < reads; i++) {
      letPass(bench, device, decays);
      const offset = offsetOf(live);
      sum += offset;
      squares += offset * offset;
    }
  }
  const scatter = Math.sqrt(Math.max(0, squares - sum ** 2 / reads));
  into.mean = g + sum / reads + (readNoise * noise.normal()) / Math.sqrt(reads);
  const along = scatter + readNoise * noise.normal();
  const others = readNoise ** 2 * chiSquare(reads - 2, noise);
  into.sigma = Math.sqrt((along ** 2 + others) / (reads - 1));
}

/** What the traps of a cell add to the mean of several readings (S), long after it was written. @param event keys their states */
export function trappedMean(bench: Bench, cell: number, word: number, event: number, reads: number): number {
  bench.draws.trapEvents.seek(event);
  const live = liveTraps(bench, cell, word);
  if (live.length === 0) return 0;
  const decays = live.map(({ rate }) => Math.exp(-bench.law.readTime * rate));
  let sum = 0;
  for (let i = 0; i < reads; i++) {
    letPass(bench, { live }, decays);
    sum += offsetOf(live);
  }
  return sum / reads;
}

/** A pulse that moves the cell by `step` (S), as far as the window goes. */
export function pulseDevice(bench: Bench, device: Device, step: number): void {
  const { gMin, gMax } = device.window;
  const before = device.g;
  device.g = Math.min(gMax, Math.max(gMin, before + step));
  const moved = Math.abs(device.g - before);
  if (moved === 0 || !bench.traps) return;
  if (bench.draws.trapEvents.uniform() < -Math.expm1(-moved / bench.law.renewal)) renewTraps(bench, device);
}

/** A RESET, after which the cell begins again. */
export function resetDevice(bench: Bench, device: Device): void {
  if (device.gain === 0) return;
  device.g = resetConductance(device.window, bench.law.resetSpread, bench.draws.reset.normal());
  renewTraps(bench, device);
}

function renewTraps(bench: Bench, device: Device): void {
  device.word = renewed(device.word);
  device.live = liveTraps(bench, device.cell, device.word);
}

/** Probability that a pulse of this amplitude (V) freezes a trap. */
export function freezing({ weak }: DenoiseProgramming, voltage: number): number {
  return -Math.expm1(-Math.exp((voltage - weak.vFreeze) / weak.vScale));
}

/** A pulse too weak to write. @param direction 1 upwards, -1 downwards */
export function weakPulse(bench: Bench, device: Device, voltage: number, direction: number): void {
  const { law, draws } = bench;
  const { weak, cycleToCycle } = law;
  const chance = freezing(law, voltage);
  const frozen = device.live.filter(() => draws.trapEvents.uniform() < chance);
  if (frozen.length > 0 && device.gain > 0) {
    device.g += offsetOf(frozen);
    for (const { number } of frozen) device.word = withFrozen(device.word, number);
    device.live = device.live.filter((trap) => !frozen.includes(trap));
  }
  const spread = cycleToCycle === 0 ? 1 : 1 + cycleToCycle * draws.cycleToCycle.normal();
  const move = weak.shift * Math.exp((voltage - weak.vMax) / weak.vScale) * device.gain * spread;
  pulseDevice(bench, device, direction * move);
}
