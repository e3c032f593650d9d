/** One product in place of planes, copies and conversions, against the same chip behind converters of fine steps. */
import { expect, test } from 'vitest';
import { readArrays, readUnconverted } from '../../src/chip/read.ts';
import { float32, type Tensor } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { programChip } from '../../src/program.ts';
import { openSession } from '../../src/runtime/session.ts';
import { givenAs, lowerLayersApart } from '../../src/simulate/layers-apart.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const values = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin((i + seed) * (i + 3)) / 3);

/** Padded, strided, depthwise and dense layers, inputs of both signs and of one, more rows than a tile takes. */
const net = () =>
  modelOf(
    model({
      inputs: { x: ['N', 4, 9, 9] },
      outputs: { y: ['N', 10] },
      constants: {
        k1: float32([8, 4, 3, 3], values(288, 1)),
        k2: float32([8, 1, 3, 3], values(72, 2)),
        m: float32([200, 10], values(2000, 3)),
      },
      nodes: [
        node('Conv', ['x', 'k1'], ['a'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }, 'c1'),
        node('Relu', ['a'], ['b'], {}, 'r1'),
        node('Conv', ['b', 'k2'], ['c'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 8 }, 'c2'),
        node('Flatten', ['c'], ['d'], {}, 'flat'),
        node('MatMul', ['d', 'm'], ['y'], {}, 'm1'),
      ],
    }),
  );

/** Converters that tell sixteenths of a digit apart: where they tell whole ones, they round what cells err by away. */
const finer = 16;

test.each<Parameters<typeof compileModel>[3] & object>([
  { copies: 3 },
  { encoding: 'offset', inputNumbers: 'binary', slices: 2 },
  { encoding: 'differential', inputNumbers: 'sign-magnitude' },
])('every layer of tetramem-256-6bit %j', async (options) => {
  const loaded = await loadTarget('tetramem-256-6bit', ['adc.bits=16']);
  const { inputs } = net().graph;
  const feeds = Array.from({ length: 6 }, (_, i) => drawFeeds(inputs, i));
  const compiled = await compileModel(net(), loaded, feeds, { rowsAtOnce: 16, ...options });
  await withPackage(compiled, async (pkg) => {
    const layers = pkg.layers.map((layer) => ({
      ...layer,
      converterStep: layer.converterStep.map((step) => step / finer),
      converterZero: layer.converterZero.map((zero) => zero * finer),
    }));
    const drawn = [
      feeds[0]!.x!,
      float32([1, 8, 5, 5], values(200, 7).map(Math.abs)),
      float32([1, 200], values(200, 8)),
    ];
    const given = Object.fromEntries(layers.map(({ input }, i) => [givenAs(input), drawn[i]!]));
    for (const calibrate of [true, false]) {
      const chip = await programChip(pkg, {
        ...{ seed: 3, threads: 1, calibrate },
        calibrateUnder: { wires: false },
      });
      const results: Record<string, Tensor>[] = [];
      for (const without of [false, true]) {
        if (without) readUnconverted(chip);
        const { converters, ...arrays } = await readArrays(chip, loaded.target, { wires: false });
        const own = new Map(
          [...converters].map(([block, { step, zero, ...rest }]) => [
            block,
            { ...rest, step: step.map((s) => s / finer), zero: zero.map((z) => z * finer) },
          ]),
        );
        const corrections = { calibration: chip.calibration, gain: 1 };
        const graph = lowerLayersApart({ ...pkg, layers }, chip, { ...arrays, converters: own }, corrections);
        const session = await openSession(encodeModel(graph), { threads: 1 });
        results.push(await session.run(given));
        await session.release();
      }
      const [converted, summed] = results as [Record<string, Tensor>, Record<string, Tensor>];
      for (const { output } of layers) {
        const [wanted, got] = [converted, summed].map((all) => all[output]!.data as Float32Array);
        const energy = (of: (y: number, i: number) => number) =>
          wanted!.reduce((sum, y, i) => sum + of(y, i) ** 2, 0);
        expect(energy((y) => y)).toBeGreaterThan(0.1);
        expect(energy((y, i) => y - got![i]!)).toBeLessThan(1e-4 * energy((y) => y));
        expect(energy((y, i) => y - got![i]!)).toBeGreaterThan(0);
      }
    }
  });
});
