/** Pulses and looks on single cells against their closed forms. */
import { describe, expect, test } from 'vitest';
import type { Traps } from '../../../src/conditions/traps/model.ts';
import { openStream } from '../../../src/math/random.ts';
import {
  type Bench,
  type Device,
  freezing,
  type Look,
  lookAt,
  openDevice,
  pulseDevice,
  readDevice,
  weakPulse,
} from '../../../src/schemes/denoise/device.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { momentsOf } from '../../statistics.ts';

const { target } = await loadTarget('tetramem-256-denoised');
const { programming, cell: window } = target;
if (programming.scheme !== 'denoise') throw new Error('another scheme');
const law = programming;
const traps: Traps = { perCell: 1, amplitude: 4e-6, dwellShortest: 3e-6, dwellLongest: 1e-4 };
const cells = 20_000;

function benchOf(own: Partial<Bench> = {}): Bench {
  const open = (effect: string) => openStream(1, effect, 0);
  const draws = {
    traps: open('traps'),
    trapEvents: open('trap-events'),
    readNoise: open('read-noise'),
    cycleToCycle: open('cycle-to-cycle'),
    reset: open('restart'),
  };
  return { law, traps, draws, cells, ...own };
}
const deviceOf = (bench: Bench, cell: number): Device =>
  openDevice(bench, { cell, g: 1e-3, word: 0, gain: 1, window });
const allOf = (bench: Bench) => Array.from({ length: cells }, (_, cell) => deviceOf(bench, cell));

test('a weak pulse freezes traps as often as its amplitude says, and cells keep what these add', () => {
  const still = { ...law, weak: { ...law.weak, shift: 0 } };
  for (const voltage of [0.5, 0.6, 0.65]) {
    const bench = benchOf({ law: still });
    let [before, after, expected] = [0, 0, 0];
    const moves: number[] = [];
    const p = freezing(law, voltage);
    for (const device of allOf(bench)) {
      before += device.live.length;
      for (const { amplitude, mean } of device.live) expected += p * mean * (1 - mean) * amplitude ** 2;
      weakPulse(bench, device, voltage, 1);
      after += device.live.length;
      moves.push(device.g - 1e-3);
    }
    expect(p).toBeCloseTo(1 - Math.exp(-Math.exp((voltage - 0.6) / 0.1)), 12);
    expect(Math.abs(1 - after / before - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / before));
    const { mean, sigma } = momentsOf(moves);
    expect(Math.abs(mean)).toBeLessThan((4 * sigma) / Math.sqrt(cells));
    expect(Math.abs(sigma / Math.sqrt(expected / cells) - 1)).toBeLessThan(0.04);
  }
});

test('a weak pulse moves a cell in its direction', () => {
  const bench = benchOf({ traps: undefined });
  for (const [voltage, share] of [
    [law.weak.vMax, 1],
    [law.weak.vMax - law.weak.vScale, Math.exp(-1)],
  ] as const)
    for (const direction of [1, -1]) {
      const moves = allOf(bench).map((device) => {
        weakPulse(bench, device, voltage, direction);
        return device.g - 1e-3;
      });
      const { mean, sigma } = momentsOf(moves);
      expect(mean / (direction * share * law.weak.shift)).toBeCloseTo(1, 1.5);
      expect(sigma / Math.abs(mean)).toBeCloseTo(law.cycleToCycle, 1.5);
    }
});

test('a write draws traps anew with the probability of its step, and a Poisson number of them', () => {
  const bench = benchOf();
  for (const step of [0.2e-6, 10e-6, 200e-6]) {
    let [anew, found] = [0, 0];
    for (const device of allOf(bench)) {
      pulseDevice(bench, device, step);
      if (device.word !== 0) anew++;
      found += device.live.length;
    }
    const p = 1 - Math.exp(-step / law.renewal);
    expect(Math.abs(anew / cells - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / cells) + 1e-9);
    expect(Math.abs(found / cells - traps.perCell)).toBeLessThan(4 / Math.sqrt(cells));
  }
});

describe('a look', () => {
  /** The readings one by one, as a bench takes them. */
  const slowLook = (bench: Bench, device: Device): Look => {
    const readings = Array.from({ length: law.look.reads }, () =>
      readDevice(bench, device, law.look.interval),
    );
    const mean = readings.reduce((sum, g) => sum + g, 0) / readings.length;
    const squares = readings.reduce((sum, g) => sum + (g - mean) ** 2, 0);
    return { mean, sigma: Math.sqrt(squares / (readings.length - 1)) };
  };

  test.each([
    ['without traps', undefined],
    ['with traps', traps],
  ])('%s is what its readings come to, one by one', (_, own) => {
    const bench = benchOf({ traps: own });
    const count = 6000;
    const looks = (at: (device: Device) => Look) =>
      Array.from({ length: count }, (_, cell) => ({ ...at(deviceOf(bench, cell)) }));
    const fast = looks((device) => {
      const look = { mean: 0, sigma: 0 };
      lookAt(bench, device, look);
      return look;
    });
    const slow = looks((device) => slowLook(bench, device));
    const loud = (of: readonly Look[]) => of.filter(({ sigma }) => sigma > law.look.quiet).length / count;
    const means = [fast, slow].map((of) => momentsOf(of.map(({ mean }) => mean)));
    const spreads = [fast, slow].map((of) => momentsOf(of.map(({ sigma }) => Math.min(sigma, 2e-6))));
    for (const [a, b] of [means, spreads] as const) {
      const error = Math.hypot(a!.sigma, b!.sigma) / Math.sqrt(count);
      expect(Math.abs(a!.mean - b!.mean)).toBeLessThan(4 * error);
      expect(Math.abs(a!.sigma / b!.sigma - 1)).toBeLessThan(0.06);
    }
    expect(Math.abs(loud(fast) - loud(slow))).toBeLessThan(0.02);
    if (own) return expect(loud(fast)).toBeGreaterThan(0.5);
    // Mean and variance of normal readings: sigma^2 / n, and chi-square of n - 1.
    expect(means[0]!.sigma / (law.readNoise / Math.sqrt(law.look.reads))).toBeCloseTo(1, 1);
    const squares = momentsOf(fast.map(({ sigma }) => sigma ** 2));
    expect(squares.mean / law.readNoise ** 2).toBeCloseTo(1, 2);
    expect(squares.sigma / law.readNoise ** 2 / Math.sqrt(2 / (law.look.reads - 1))).toBeCloseTo(1, 1);
  });
});
