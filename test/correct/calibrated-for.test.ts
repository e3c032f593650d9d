/** Gains of one condition do not count under another: what wires take, and what gains make up for it. */
import { expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { calibratedFor } from '../../src/correct/calibrated-for.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { verify } from '../../src/verify/verify.ts';
import { batchOf, best, classes, inputs, labelsFor, logitsOf, memoryData, withTiny } from '../verify/tiny.ts';

const samples = inputs(120);
const calibration = memoryData(samples.slice(0, 20), undefined);
const images = samples.slice(20);
const data = memoryData(images, labelsFor(images, images.length));

/** Wires that take most of the current of the columns behind them. */
const wired = [
  'array.rows=16',
  'array.columns=32',
  'driver.rowsAtOnce=16',
  'cell.unused=unformed',
  'wires.rowSegment=10 ohm',
  'wires.columnSegment=10 ohm',
  'wires.driver=40 ohm',
  'wires.sense=40 ohm',
  'wires.sides=one',
  'wires.idleRows=gated',
  'wires.maxDriverCurrent=1 A',
  'wires.maxColumnCurrent=1 A',
];

async function logitsIn(pkg: Package, chip: Chip, wires: boolean): Promise<Float32Array> {
  const session = await simulate(pkg, chip, { conditions: { wires, noise: false } });
  const { logits } = await session.run({ x: batchOf(images) });
  await session.release();
  return logits!.data as Float32Array;
}

/** Share of the images that get the class that the model gives in doubles. */
function right(logits: Float32Array): number {
  const found = images.filter((x, i) => {
    const own = [...logits.subarray(i * classes, (i + 1) * classes)];
    return best(own) === best(logitsOf(x));
  });
  return found.length / images.length;
}

const tinyOn = (use: Parameters<typeof withTiny>[2]) =>
  withTiny('tetramem-256-6bit', calibration, use, wired);

test('a chip that was calibrated through its wires is calibrated anew where it is read without them', async () => {
  await tinyOn(async (pkg, model) => {
    const chip = await programChip(pkg, { seed: 1 });
    expect(chip.calibration).toMatchObject({ at: 0, wires: true });
    const bare = await programChip(pkg, { seed: 1, calibrate: false });
    const fitted = await correctChip(pkg, bare, { conditions: { wires: false } });
    const wrong: Chip = { ...bare, calibration: { ...chip.calibration!, wires: false } };

    const read = await logitsIn(pkg, chip, false);
    expect(read).toEqual(await logitsIn(pkg, fitted, false));
    expect(right(await logitsIn(pkg, wrong, false))).toBeLessThan(0.9);
    expect(right(read)).toBe(1);
    const report = await verify(pkg, model, data, { chips: [chip], wires: 'off', noise: false });
    expect(report.mapped.top1?.mean).toBe(100);
  });
});

test('and the other way round; under its own condition, and uncalibrated, it is the same chip', async () => {
  await tinyOn(async (pkg) => {
    const without = await programChip(pkg, { seed: 1, calibrateUnder: { wires: false } });
    expect(without.calibration).toMatchObject({ at: 0, wires: false });
    const through = await programChip(pkg, { seed: 1 });
    expect(await logitsIn(pkg, without, true)).toEqual(await logitsIn(pkg, through, true));
    const calibration = (chip: Chip, wires: boolean) => calibratedFor(pkg, chip, { at: 0, wires });
    expect(await calibration(without, false)).toBe(without.calibration);
    expect(await calibration(through, true)).toBe(through.calibration);
    expect(await calibration(without, true)).toBe(await calibration(without, true));
    const bare = await programChip(pkg, { seed: 1, calibrate: false });
    for (const wires of [true, false]) expect(await calibration(bare, wires)).toBeUndefined();
  });
});
