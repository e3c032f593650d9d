/**
 * The reference with float sums gives the bits that the integer reference gives: of drawn layers, of sums at the bound that
 * floats of 32 bits hold, and beyond it, where the whole sum is known in closed form.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph, QuantizedMvmNode } from '../../src/ir/graph.ts';
import { withFloatSums } from '../../src/lower/float-sums.ts';
import { float32, sizeOf, type Tensor, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { referenceGraph } from '../../src/package/host.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';
import { firstDifference } from '../support/same-bits.ts';

const integerOperators = ['ConvInteger', 'MatMulInteger'];

type LayerParts = Pick<QuantizedMvmNode, 'geometry' | 'rows' | 'columns' | 'integers' | 'quantization'> &
  Partial<Pick<QuantizedMvmNode, 'groups' | 'scales' | 'bias'>>;

/** reference.onnx of one layer. */
function reference(layer: LayerParts, dims: readonly (number | string)[]): Graph {
  const outputs = (layer.groups ?? 1) * layer.columns;
  const node: QuantizedMvmNode = {
    kind: 'quantized-mvm',
    input: 'x',
    output: 'y',
    groups: 1,
    weightMax: 127,
    scales: new Float64Array(outputs).fill(1),
    bias: new Float64Array(outputs),
    origin: { name: 'layer', op: 'Gemm', index: 0 },
    folded: [],
    ...layer,
  };
  return referenceGraph(model({ inputs: { x: dims }, outputs: { y: undefined }, nodes: [node], opset: 21 }));
}

function integersLeft({ nodes }: Graph): number {
  return nodes.filter((n) => n.kind === 'onnx' && integerOperators.includes(n.op)).length;
}

async function outputsOf(graph: Graph, x: Tensor): Promise<Record<string, Tensor>> {
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const outputs = await session.run({ x });
  await session.release();
  return outputs;
}

async function expectSameBits(graph: Graph, inputs: readonly Tensor[]): Promise<void> {
  const floats = withFloatSums(graph);
  expect(integersLeft(floats)).toBe(0);
  for (const x of inputs)
    expect(firstDifference(await outputsOf(floats, x), await outputsOf(graph, x))).toBeUndefined();
}

const weight = fc.oneof(fc.constantFrom(-127, 127, 0), fc.integer({ min: -127, max: 127 }));
const quantization = fc.oneof(
  fc.record({
    scale: fc.constantFrom(1, 0.37),
    zero: fc.constantFrom(0, 3, 128, 255),
    signed: fc.constant(false),
    bits: fc.constantFrom(8, 12, 16),
  }),
  fc.constant({ scale: 1, zero: 5, signed: false, bits: 4 }),
  fc.constant({ scale: 0.07, zero: 0, signed: true, bits: 13 }),
  fc.constant({ scale: 0.11, zero: 0, signed: true, bits: 8 }),
);
const scale = fc.double({ min: 1e-4, max: 3, noNaN: true });
const bias = fc.constantFrom(0, -0, 0.25, -17.3);

/** Inputs of every code, and such whose every term is 0. */
function inputsFor(dims: readonly number[], step: number): Tensor[] {
  const of = (value: (i: number) => number) =>
    float32(
      dims,
      Float32Array.from({ length: sizeOf(dims) }, (_, i) => value(i)),
    );
  return [of((i) => step * (((i * 7919) % 700) - 350)), of(() => 0), of((i) => (i % 3 === 0 ? 1e9 : -1e9))];
}

const matrix = fc
  .record({
    vectors: fc.constantFrom(1, 2, 7),
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 40 }),
    quantization,
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      integers: fc.array(weight, {
        minLength: shape.rows * shape.columns,
        maxLength: shape.rows * shape.columns,
      }),
      scales: fc.array(scale, { minLength: shape.columns, maxLength: shape.columns }),
      bias: fc.array(bias, { minLength: shape.columns, maxLength: shape.columns }),
    }),
  );

const convolution = fc
  .record({
    groups: fc.constantFrom(1, 1, 2, 16),
    channels: fc.constantFrom(1, 3, 8),
    columns: fc.constantFrom(1, 4, 17),
    kernel: fc.constantFrom([1], [3], [1, 1], [3, 3], [2, 5], [2, 2, 2]),
    stride: fc.constantFrom(1, 2),
    dilation: fc.constantFrom(1, 2),
    pad: fc.constantFrom(0, 1),
    autoPad: fc.constantFrom('NOTSET' as const, 'SAME_UPPER' as const, 'VALID' as const),
    quantization,
  })
  .chain((shape) => {
    const outputs = shape.groups * shape.columns;
    const length = outputs * shape.channels * sizeOf(shape.kernel);
    return fc.record({
      shape: fc.constant(shape),
      integers: fc.array(weight, { minLength: length, maxLength: length }),
      scales: fc.array(scale, { minLength: outputs, maxLength: outputs }),
      bias: fc.array(bias, { minLength: outputs, maxLength: outputs }),
    });
  });

describe('float sums give the bits of the integers', () => {
  it('of matrices', async () => {
    await fc.assert(
      fc.asyncProperty(matrix, async ({ shape: { vectors, ...shape }, integers, scales, bias: b }) => {
        const layer = {
          ...shape,
          geometry: { kind: 'matmul' as const },
          integers: Int8Array.from(integers),
          scales: Float64Array.from(scales),
          bias: Float64Array.from(b),
        };
        const graph = reference(layer, ['N', shape.rows]);
        await expectSameBits(graph, inputsFor([vectors, shape.rows], shape.quantization.scale / 2));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('of convolutions', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async ({ shape, integers, scales, bias: b }) => {
        const { kernel, groups, channels, columns } = shape;
        const dims = [2, groups * channels, ...kernel.map((_, i) => 9 - i)];
        const layer = {
          geometry: {
            kind: 'conv' as const,
            kernel,
            strides: kernel.map(() => shape.stride),
            dilations: kernel.map(() => (shape.autoPad === 'NOTSET' ? shape.dilation : 1)),
            pads: kernel.flatMap(() => [shape.pad, shape.pad]),
            autoPad: shape.autoPad,
          },
          groups,
          rows: channels * sizeOf(kernel),
          columns,
          quantization: shape.quantization,
          integers: Int8Array.from(integers),
          scales: Float64Array.from(scales),
          bias: Float64Array.from(b),
        };
        await expectSameBits(reference(layer, dims), inputsFor(dims, shape.quantization.scale / 2));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

/** Unsigned codes as they are. */
const codes = { scale: 1, zero: 0, signed: false, bits: 8 };
/** Terms of 255 * 127: odd, so that floats would drop every second one beyond 2^24. */
const fullRows = 518;

/** One matrix, as a product and as a 1x1 convolution of one pixel: all codes are 255. */
function bothForms(weights: readonly number[]): { readonly graph: Graph; readonly x: Tensor }[] {
  const rows = weights.length;
  const parts = { rows, columns: 1, integers: Int8Array.from(weights), quantization: codes };
  const unit = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
  const conv = { kind: 'conv' as const, ...unit, autoPad: 'NOTSET' as const };
  const data = new Float32Array(rows).fill(255);
  return [
    { graph: reference({ ...parts, geometry: { kind: 'matmul' } }, [1, rows]), x: float32([1, rows], data) },
    { graph: reference({ ...parts, geometry: conv }, [1, rows, 1, 1]), x: float32([1, rows, 1, 1], data) },
  ];
}

function operators({ nodes }: Graph): string[] {
  return nodes.flatMap((n) => (n.kind === 'onnx' ? [n.op] : []));
}

describe('at the bound', () => {
  it('the largest sum that keeps it, 2^24 - 1, is one product', async () => {
    for (const { graph, x } of bothForms([...Array(fullRows).fill(127), 7])) {
      const floats = withFloatSums(graph);
      expect(operators(floats)).not.toContain('Split');
      expect([...(await outputsOf(floats, x)).y!.data]).toEqual([2 ** 24 - 1]);
    }
  });

  it.each([
    ['a step over it, two parts', [...Array(fullRows).fill(127), 8], 2],
    ['three times the bound, in parts', [...Array(3 * fullRows + 1).fill(127), -126], 4],
    ['signs in turn, whose sum is small', Array.from({ length: 1200 }, (_, i) => (i % 2 ? -127 : 127)), 3],
  ])('%s', async (_, weights, parts) => {
    const sum = Math.fround(weights.reduce((all, w) => all + 255 * w, 0));
    for (const { graph, x } of bothForms(weights)) {
      const floats = withFloatSums(graph);
      expect(integersLeft(floats)).toBe(0);
      const products = operators(floats).filter((op) => op === 'Conv' || op === 'MatMul');
      expect(products).toHaveLength(parts);
      expect([...(await outputsOf(floats, x)).y!.data]).toEqual([sum]);
    }
  });

  it('a kernel whose single channel is over it stays in integers, and so do groups of several channels', () => {
    const around = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], autoPad: 'NOTSET' as const };
    const large = { rows: 600, columns: 1, integers: new Int8Array(600).fill(127), quantization: codes };
    const kernel = { kind: 'conv' as const, kernel: [20, 30], ...around };
    expect(integersLeft(withFloatSums(reference({ ...large, geometry: kernel }, [1, 1, 20, 30])))).toBe(1);
    const groups = { ...large, groups: 2, integers: new Int8Array(1200).fill(127) };
    const unit = { kind: 'conv' as const, kernel: [1, 1], ...around };
    expect(integersLeft(withFloatSums(reference({ ...groups, geometry: unit }, [1, 1200, 1, 1])))).toBe(1);
  });
});

describe('what stays as it is', () => {
  const product = node('MatMulInteger', ['q', 'w', 'zero'], ['sums']);
  const real = node('Cast', ['sums'], ['y'], { to: 1 });
  const constants = { zero: uint8([], [3]), w: uint8([2, 2], [1, 2, 3, 4]), one: float32([], [1]) };
  const quantized = node('QuantizeLinear', ['x', 'one', 'zero'], ['q']);
  const whole = (nodes: readonly ReturnType<typeof node>[], outputs = ['y']) =>
    model({
      inputs: { x: [1, 2] },
      outputs: Object.fromEntries(outputs.map((name) => [name, undefined])),
      constants,
      nodes: [quantized, ...nodes],
      opset: 21,
    });

  it('sums that are read as integers, too', () => {
    expect(integersLeft(withFloatSums(whole([product, real])))).toBe(0);
    expect(integersLeft(withFloatSums(whole([product, real]), ['sums']))).toBe(1);
    expect(integersLeft(withFloatSums(whole([product, real], ['y', 'sums'])))).toBe(1);
    const twice = [product, real, node('Abs', ['sums'], ['a'])];
    expect(integersLeft(withFloatSums(whole(twice, ['y', 'a'])))).toBe(1);
    const doubles = node('Cast', ['sums'], ['y'], { to: 11 });
    expect(integersLeft(withFloatSums(whole([product, doubles])))).toBe(1);
  });

  it('a product without a zero point, whose type nothing tells, and one with weights that are computed', () => {
    const plain = node('MatMulInteger', ['q', 'w'], ['sums']);
    expect(integersLeft(withFloatSums(whole([plain, real])))).toBe(1);
    const computed = [node('Max', ['w', 'zero'], ['v']), node('MatMulInteger', ['q', 'v', 'zero'], ['sums'])];
    expect(integersLeft(withFloatSums(whole([...computed, real])))).toBe(1);
  });
});
