/** Sums of a layer's inputs in the lowered graph, against onnxruntime's own operators and against the slow oracle. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import type { Chip } from '../../src/chip/chip.ts';
import type { ColumnCorrection, InputTerms } from '../../src/column-correction.ts';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { type Package, pathIn } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { correctOutputs } from '../oracle/correct-outputs.ts';
import { directMvm } from '../oracle/direct-mvm.ts';
import { mvmsOf } from '../oracle/input-codes.ts';
import {
  compileModel,
  drawFeeds,
  type Feeds,
  modelOf,
  programPackage,
  withPackage,
} from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { convModel, exact, matMulModel, writeVerify } from './against-direct.ts';

function normals(length: number, seed: number): Float32Array {
  const stream = openStream(seed, 'input-terms-test', 0);
  return Float32Array.from({ length }, () => stream.normal());
}

function corrected(chip: Chip, layer: CrossbarLayer, terms: InputTerms): Chip {
  const outputs = layer.groups * layer.columns;
  const gain = normals(outputs, 1).map((x) => 1 + 0.1 * x);
  const correction: ColumnCorrection = { gain, bias: normals(outputs, 2), terms };
  const columns = new Map([[layer.output, correction]]);
  return { ...chip, calibration: { at: 0, wires: true, correction: 'low-rank', sequential: false, columns } };
}

type Options = Parameters<typeof compileModel>[3];

async function withChip(
  graph: Graph,
  target: Target,
  use: (pkg: Package, chip: Chip, layer: CrossbarLayer) => Promise<void>,
  options?: Options,
): Promise<void> {
  const feeds = [1, 2, 3].map((seed) => drawFeeds(graph.inputs, seed));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds, options);
  await withPackage(compiled, async (pkg) =>
    use(pkg, await programPackage(pkg, loaded(target)), pkg.layers[0]!),
  );
}

async function outputsOf(pkg: Package, chip: Chip, feeds: Feeds): Promise<Float32Array> {
  const session = await simulate(pkg, chip, { threads: 1, conditions: { wires: false } });
  const { y } = await session.run(feeds);
  await session.release();
  return y!.data as Float32Array;
}

/** Of onnxruntime's average over the window, padding included, of the quantized inputs: as many times that as it has inputs. */
async function pooled(layer: CrossbarLayer, feeds: Feeds): Promise<Float32Array> {
  const { geometry, quantization } = layer;
  if (geometry.kind !== 'conv') throw new Error('no convolution');
  const { kernel, strides, dilations, pads } = geometry;
  const { scale, zero, signed } = quantization;
  const graph = model({
    inputs: { x: feeds.x!.dims },
    outputs: { sums: undefined },
    constants: {
      s: float32([], [scale]),
      z: uint8([], [signed ? 128 : zero]),
      n: float32([], [kernel.reduce((a, b) => a * b)]),
    },
    nodes: [
      node('QuantizeLinear', ['x', 's', 'z'], ['q']),
      node('DequantizeLinear', ['q', 's', 'z'], ['d']),
      node('AveragePool', ['d'], ['a'], {
        kernel_shape: kernel,
        strides,
        dilations,
        pads,
        count_include_pad: 1,
      }),
      node('Mul', ['a', 'n'], ['sums']),
    ],
    opset: 19,
  });
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const { sums } = await session.run(feeds);
  await session.release();
  return sums!.data as Float32Array;
}

describe('box sums', () => {
  it.each([
    ['plain', {}, {}],
    ['strides and uneven pads', { strides: [2, 1], pads: [1, 0, 2, 1] }, {}],
    ['dilation', { dilations: [2, 2], pads: [2, 2, 2, 2] }, {}],
    ['signed codes', { pads: [1, 1, 1, 1] }, { signedActivations: true }],
    ['codes bit by bit', { pads: [1, 1, 1, 1] }, { inputNumbers: 'binary' }],
  ] as const)('are those of a pool: %s', async (_, attributes, options) => {
    const graph = convModel([4, 7, 6], [4, 1, 3, 3], { group: 4, ...attributes });
    const feeds = drawFeeds(graph.inputs, 9, -1.1, 1.1);
    await withChip(
      graph,
      exact({ adc: { bits: 16 } }),
      async (pkg, chip, layer) => {
        const coefficients = Float32Array.of(0.5, -1, 2, 0);
        const with0 = corrected(chip, layer, { rank: 1, coefficients: new Float32Array(4) });
        const withC = corrected(chip, layer, { rank: 1, coefficients });
        const [none, some] = [await outputsOf(pkg, with0, feeds), await outputsOf(pkg, withC, feeds)];
        const sums = await pooled(layer, feeds);
        const size = sums.length / 2 / 4;
        expect(none.length).toBe(sums.length);
        const wanted = none.map((y, at) => y + coefficients[Math.floor(at / size) % 4]! * sums[at]!);
        expect([...some]).toEqual([...wanted].map((value) => expect.closeTo(value, 3)));
      },
      options,
    );
  });
});

describe('sums along directions', () => {
  it.each([
    ['matrix product', matMulModel([3], 20, 11), 2, {}],
    ['inputs of 5 bits', matMulModel([3], 20, 11), 2, { inputBits: 5 }],
    ['signed inputs of 11 bits', matMulModel([3], 20, 11), 2, { inputBits: 11, signedActivations: true }],
    ['matrix product, in one', matMulModel([3], 20, 11), 9, {}],
    ['pointwise convolution', convModel([20, 3, 3], [11, 20, 1, 1]), 3, {}],
    [
      'grouped convolution',
      convModel([12, 5, 5], [8, 6, 3, 3], { group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }),
      2,
      { inputBits: 9 },
    ],
  ] as const)('are those of the oracle: %s', async (_, graph, rank, options) => {
    const feeds = drawFeeds(graph.inputs, 9, -1.1, 1.1);
    const oracle = async (pkg: Package, plain: Chip, layer: CrossbarLayer) => {
      const { groups, rows, columns } = layer;
      const directions = normals(groups * rank * rows, 3);
      const coefficients = normals(groups * columns * rank, 4);
      const chip = corrected(plain, layer, { rank, directions, coefficients });
      const found = await outputsOf(pkg, chip, feeds);
      const { programs, header } = decodeBytes(await readFile(pathIn(pkg, 'bitstream')), 'program.xbs');
      const cells = { programs, conductances: chip.conductances, columns: header.columns };
      for (const { codes, indexOf } of mvmsOf(layer, feeds[layer.input]!)) {
        const direct = directMvm(layer, cells, codes);
        const wanted = correctOutputs(layer, chip.calibration!.columns.get('y')!, direct.outputs, codes);
        for (const [o, value] of wanted.entries())
          expect(Math.abs(found[indexOf(o)]! - value)).toBeLessThan(1.5 * direct.slack[o]! + 1e-3);
      }
    };
    await withChip(graph, writeVerify({ array: { rows: 64, columns: 64 } }), oracle, options);
  });
});
