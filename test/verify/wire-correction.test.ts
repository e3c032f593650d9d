/** Through wires of a high resistance, on real chips: what a compilation that knows them gets back. */
import { expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { verify } from '../../src/verify/verify.ts';
import { loaded as loadedOf } from '../chip/bench.ts';
import { withPackage } from '../support/build.ts';
import { inputs, labelsFor, memoryData, tinyModel } from './tiny.ts';

const model = tinyModel();
const samples = inputs(40);
const data = memoryData(samples, labelsFor(samples, samples.length));
const bare = await loadTarget('tetramem-256-6bit', [
  'array.rows=16',
  'array.columns=32',
  'driver.rowsAtOnce=16',
  'cell.unused=unformed',
]);
const wires = {
  rowSegment: 2,
  columnSegment: 2,
  driver: 2,
  sense: 2,
  sides: 'one',
  idleRows: 'gated',
  maxDriverCurrent: 1e-6,
  maxColumnCurrent: 1,
} as const;
const loaded = loadedOf({ ...bare.target, wires });

async function snrs(given: Parameters<typeof parseOptions>[0]) {
  const calibration = memoryData(samples, undefined);
  const source = spreadSamples(calibration, fedInputs(model.graph, model.file), 16);
  const compiled = await compile(model, loaded, parseOptions(given), { kind: 'samples', samples: source });
  return withPackage(compiled, async (pkg) => {
    const report = await verify(pkg, model, data, { threads: 1 });
    const [on, off] = report.readings.map(({ snrToFloat }) => Number(snrToFloat));
    return { on: on!, off: off!, warnings: report.warnings };
  });
}

const none = { wireCorrection: 'none' } as const;
const corrected = { wireCorrection: 'gains' } as const;

test('converter steps, levels and a smaller window bring signal back', async () => {
  const given = await snrs(none);
  expect(given.on).toBeLessThan(given.off - 10);
  expect(given.warnings.filter(({ code }) => code === 'wires/current-over-limit')).toHaveLength(1);
  const gains = await snrs(corrected);
  expect(gains.on).toBeGreaterThan(given.on + 5);
  expect((await snrs({ wireCorrection: 'levels' })).on).toBeGreaterThan(gains.on + 3);
  expect((await snrs({ ...none, window: 0.2 })).on).toBeGreaterThan(given.on + 10);
});

test('read without wires, steps that make up for them are as they were', async () => {
  expect((await snrs(corrected)).off).toBe((await snrs(none)).off);
});
