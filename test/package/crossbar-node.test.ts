import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CrossbarLayer, Tile } from '../../src/ir/crossbar.ts';
import type { Geometry } from '../../src/ir/graph.ts';
import type { Tensor } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { crossbarDomain, decodeCrossbar, encodeCrossbar } from '../../src/package/crossbar-node.ts';
import { model, node } from '../support/onnx-model.ts';

const small = fc.integer({ min: 0, max: 5000 });
const tile: fc.Arbitrary<Tile> = fc.record({
  block: small,
  array: small,
  row: small,
  column: small,
  groupStart: small,
  groupEnd: small,
  rowStart: small,
  rowEnd: small,
  columnStart: small,
  columnEnd: small,
  slice: small,
  copy: small,
});
const list = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length });
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  fc.constant({ kind: 'matmul' as const }),
  fc.integer({ min: 1, max: 2 }).chain((axes) =>
    fc.record({
      kind: fc.constant('conv' as const),
      kernel: list(axes),
      strides: list(axes),
      dilations: list(axes),
      pads: list(2 * axes),
      autoPad: fc.constant('NOTSET' as const),
    }),
  ),
);
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const floats = fc.array(float, { maxLength: 6 }).map((values) => Float32Array.from(values));
const integers = fc
  .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 6 })
  .map((v) => Int32Array.from(v));
const layer: fc.Arbitrary<CrossbarLayer> = fc.record({
  input: fc.constant('x'),
  output: fc.constantFrom('y', 'a/b:0', 'ÿ'),
  origin: fc.record({
    name: fc.constantFrom('', 'conv 1'),
    op: fc.constantFrom('Conv', 'Gemm'),
    index: small,
  }),
  geometry,
  groups: small,
  rows: small,
  columns: small,
  quantization: fc.record({
    scale: float,
    zero: fc.integer({ min: 0, max: 255 }),
    signed: fc.boolean(),
    bits: fc.integer({ min: 4, max: 16 }),
  }),
  inputCoding: fc.constantFrom('binary' as const, 'bipolar' as const, 'two-phase' as const),
  encoding: fc.constantFrom('differential' as const, 'offset' as const),
  convert: fc.constantFrom('pair' as const, 'column' as const),
  driverBits: fc.integer({ min: 1, max: 8 }),
  adcBits: fc.integer({ min: 2, max: 16 }),
  radix: small,
  slices: fc.integer({ min: 1, max: 8 }),
  copies: fc.integer({ min: 1, max: 8 }),
  digitsPerOne: fc.integer({ min: 1, max: 8 }),
  repeats: fc.integer({ min: 1, max: 8 }),
  digitStep: float,
  tiles: fc.array(tile, { maxLength: 4 }),
  converterZero: integers,
  converterStep: floats,
  scales: floats,
  columnSums: integers,
  bias: floats,
});

it('a crossbar node holds all of its layer, through the bytes of an ONNX file', async () => {
  await fc.assert(
    fc.asyncProperty(layer, async (value) => {
      const constants = new Map<string, Tensor>();
      const encoded = encodeCrossbar(value, constants);
      const base = model({
        inputs: { x: [1] },
        outputs: { [value.output]: undefined },
        nodes: [encoded],
        constants: Object.fromEntries(constants),
      });
      const graph = { ...base, nodes: [encoded], opsets: { ...base.opsets, [crossbarDomain]: 1 } };
      const { graph: read } = await decodeModel(encodeModel(graph), { file: 'host.onnx' });
      const [other] = read.nodes;
      if (other?.kind !== 'onnx') throw new Error('no node');
      expect(decodeCrossbar(other, read.constants, 'host.onnx')).toEqual(value);
    }),
    { numRuns: 50 },
  );
});

it('any other node is none', () => {
  expect(decodeCrossbar(node('Conv', ['x', 'w'], ['y']), new Map(), 'host.onnx')).toBeUndefined();
});
