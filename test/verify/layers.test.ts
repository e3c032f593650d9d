/** What every layer errs by itself, beside what it passes on: which of them is to blame. */
import { expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32 } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import { loadTarget } from '../../src/target/load.ts';
import { verify } from '../../src/verify/verify.ts';
import { type Model, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { sectionOf } from '../support/reading-laws.ts';
import { inputs, memoryData, withTiny } from './tiny.ts';

/** One layer on the output of another, and nothing between them: (x A) B. */
const chained = modelOf(
  model({
    inputs: { x: ['N', 2] },
    outputs: { z: ['N', 2] },
    constants: { a: float32([2, 2], [1, 0.5, -0.5, 1]), b: float32([2, 2], [1, -1, 1, 1]) },
    nodes: [node('MatMul', ['x', 'a'], ['y'], {}, 'first'), node('MatMul', ['y', 'b'], ['z'], {}, 'second')],
  }),
);
const points = Array.from({ length: 8 }, (_, i) =>
  Float32Array.of(Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)),
);

/** On exact cells, each layer on an array of its own. */
async function withChained(use: (pkg: Package, of: Model) => Promise<void>): Promise<void> {
  const data = memoryData(points, undefined);
  const samples = spreadSamples(data, fedInputs(chained.graph, chained.file), points.length);
  const target = await loadTarget('ideal', ['array.rows=2', 'array.columns=4', 'driver.rowsAtOnce=2']);
  const compiled = await compile(chained, target, parseOptions({}), { kind: 'samples', samples });
  await withPackage(compiled, (pkg) => use(pkg, chained));
}

/** The chip with a tenth less conductance in all cells of the arrays of a layer, which makes all that it gives a tenth less. */
function weakened(chip: Chip, { layers }: Package, output: string): Chip {
  const arrays = new Set(layers.find((layer) => layer.output === output)!.tiles.map(({ array }) => array));
  const conductances = chip.conductances.map((cells, array) =>
    arrays.has(array) ? cells.map((g) => 0.9 * g) : cells,
  );
  return { ...chip, conductances };
}

test('the own error of a layer is none of those before it', async () => {
  await withChained(async (pkg, of) => {
    const data = memoryData(points, undefined);
    const chip = await programChip(pkg, { seed: 1 });
    const snrs = async (output: string) => {
      const report = await verify(pkg, of, data, { chips: [weakened(chip, pkg, output)] });
      expect(report.layers.snr.map((layer) => layer.output)).toEqual(['y', 'z']);
      return { report, layers: report.layers.snr.map(({ own, snr }) => ({ own, snr })) };
    };
    // A tenth of the signal is missing: 20 dB, but for what is rounded to steps of 8 bits.
    const tenth = expect.closeTo(20, 0);

    const { report, layers } = await snrs('y');
    expect(layers).toEqual([
      { own: layers[0]!.snr, snr: tenth },
      { own: 'equal', snr: tenth },
    ]);
    const text = formatVerification(report);
    expect(text).toContain(
      'Layers with the lowest SNR of their own, of 2 (mapped against ideal, 8 images); with the errors of earlier layers:',
    );
    expect(text).toMatch(
      /\n {2}first {3}MatMul +[\d.]+ dB; +[\d.]+ dB .*\n {2}second {2}MatMul +equal; +[\d.]+ dB /,
    );

    const whole = await verify(pkg, of, data, { chips: [weakened(chip, pkg, 'y')], layers: false });
    expect(whole.layers).toEqual({ images: 0, snr: [] });
    expect(formatVerification(whole)).not.toContain('Layers with');
    expect(whole.mapped).toEqual(report.mapped);

    expect((await snrs('z')).layers).toEqual([
      { own: 'equal', snr: 'equal' },
      { own: tenth, snr: tenth },
    ]);
  });
});

test('the first layer errs by itself alone, with the same read noise', async () => {
  const samples = inputs(30);
  const noise = sectionOf('logNoise', { amplitude: '3 uS', gReference: '1 uS', readTime: '1 us' });
  await withTiny(
    'tetramem-256-6bit',
    memoryData(samples, undefined),
    async (pkg, of) => {
      const report = await verify(pkg, of, memoryData(samples, undefined), { at: [10], trials: 2 });
      const [first, second] = report.layers.snr;
      expect(first!.own).toBeCloseTo(first!.snr as number, 6);
      expect(second!.own as number).toBeGreaterThan((second!.snr as number) + 0.5);
      const quiet = await verify(pkg, of, memoryData(samples, undefined), {
        at: [10],
        trials: 2,
        noise: false,
      });
      expect(quiet.layers.snr[1]!.own as number).toBeGreaterThan((second!.own as number) + 3);
    },
    noise,
  );
});
