import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCodes } from '../../src/ir/input-codes.ts';
import { arrays, float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import {
  addValues,
  chooseBits,
  chooseRange,
  createHistogram,
  quantizationOf,
  quantizeInto,
  realsOf,
} from '../../src/record/range.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';

function histogramOf(...batches: readonly (readonly number[])[]) {
  const histogram = createHistogram();
  for (const batch of batches) addValues(histogram, Float32Array.from(batch), 1);
  return histogram;
}
const uniform = (low: number, high: number, count: number) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.5)) / count);

describe('input ranges', () => {
  it('minmax: all values, zero among them', () => {
    expect(chooseRange(histogramOf([-1, 4.1]), 'minmax', false, 8)).toEqual({
      scale: Math.fround(0.02),
      zero: 50,
      signed: false,
      bits: 8,
    });
    expect(chooseRange(histogramOf([1, 2.55]), 'minmax', false, 8)).toEqual({
      scale: Math.fround(0.01),
      zero: 0,
      signed: false,
      bits: 8,
    });
    expect(chooseRange(histogramOf([-2.55, -1]), 'minmax', false, 8)).toEqual({
      scale: Math.fround(0.01),
      zero: 255,
      signed: false,
      bits: 8,
    });
    expect(chooseRange(histogramOf([-1.27, 1]), 'minmax', true, 8)).toEqual({
      scale: Math.fround(0.01),
      zero: 0,
      signed: true,
      bits: 8,
    });
    expect(chooseRange(histogramOf([0, 0]), 'minmax', false, 8)).toEqual({
      scale: 1,
      zero: 0,
      signed: false,
      bits: 8,
    });
  });

  it('mse: of evenly spread values nothing is cut', () => {
    const { scale } = chooseRange(histogramOf(uniform(0, 10, 10_000)), 'mse', false, 8);
    expect(scale).toBeCloseTo(9.9995 / 255, 6);
  });

  it('mse: a rare outlier is cut, as the closed form of rounding against clipping says', () => {
    // n values in [0, 1] and one at 4: range r costs n (r/255)^2 / 12 + (4 - r)^2, least at r = 4 / (1 + n / (12 * 255^2)).
    const n = 1_000_000;
    const { scale } = chooseRange(histogramOf(uniform(0, 1, n), [4]), 'mse', false, 8);
    const best = 4 / (1 + n / (12 * 255 ** 2));
    expect(Math.abs(scale * 255 - best)).toBeLessThanOrEqual(4 * 0.02);
  });

  it('percentile: one value in ten thousand lies beyond either end', () => {
    const { scale, zero } = chooseRange(
      histogramOf(uniform(-1, 1, 100_000), [-50, 50]),
      'percentile',
      false,
      8,
    );
    expect(scale * 255).toBeCloseTo(2, 1);
    expect(Math.abs(zero - 127.5)).toBeLessThanOrEqual(1);
  });

  it('percentile: values that never come near zero are all within codes that hold zero', () => {
    const above = chooseRange(histogramOf(uniform(0.5, 1, 10_000)), 'percentile', false, 8);
    expect(above.zero).toBe(0);
    expect(above.scale * 255).toBeCloseTo(1, 2);
    const below = chooseRange(histogramOf(uniform(-1, -0.5, 10_000)), 'percentile', false, 8);
    expect(below.zero).toBe(255);
    expect(below.scale * 255).toBeCloseTo(1, 2);
  });

  it('as many bits as leave 42 dB of how evenly spread values vary, by the closed form', () => {
    // Values evenly over [0, 1] vary by 1/12, and codes err by step^2 / 12; a single value far off adds little to either.
    const even = uniform(0, 1, 100_000);
    // 8 bits: 1 / (1/255)^2 = 48 dB.
    expect(chooseBits(histogramOf(even), 'minmax', false).bits).toBe(8);
    // A tenth of the range: 28 dB at 8 bits, 34 at 9, 40 at 10, 46 at 11.
    expect(chooseBits(histogramOf(even, [10]), 'minmax', false).bits).toBe(11);
    // A thousandth: 12 dB at 12 bits, and there are no more.
    expect(chooseBits(histogramOf(uniform(0, 1, 1_000_000), [1000]), 'minmax', false).bits).toBe(12);
    expect(chooseBits(histogramOf([0, 0]), 'mse', false).bits).toBe(8);
  });

  it('the order and batches of the values do not matter', () => {
    const values = uniform(-3, 7, 999);
    const parts = [values.slice(400), values.slice(0, 10), values.slice(10, 400)];
    expect(histogramOf(...parts)).toEqual(histogramOf(values));
  });
});

it.each([
  [false, 8],
  [true, 8],
  [false, 16],
  [true, 16],
])(
  'codes are those of QuantizeLinear, and real values those of DequantizeLinear (signed: %s, %i bits)',
  async (signed, bits) => {
    for (const quantization of [quantizationOf(-0.7, 2, signed, bits), quantizationOf(-1, 3, signed, bits)]) {
      const { scale, zero } = quantization;
      const type = `${signed ? '' : 'u'}int${bits}` as 'int8' | 'uint8' | 'int16' | 'uint16';
      const graph = model({
        inputs: { x: ['N'] },
        outputs: {},
        constants: { s: float32([], [scale]), z: { type, dims: [], data: arrays[type].of(zero) } },
        nodes: [
          node('QuantizeLinear', ['x', 's', 'z'], ['q']),
          node('DequantizeLinear', ['q', 's', 'z'], ['y']),
        ],
      });
      const outputs = ['q', 'y'].map((name) => ({ name, elementType: 0, dims: undefined }));
      const session = await openSession(encodeModel({ ...graph, outputs, opsets: { '': 21 } }));
      const halves = Array.from({ length: 600 }, (_, i) => Math.fround(((i - 300) / 2) * scale));
      const drawn = fc.sample(fc.float({ min: -5, max: 5, noNaN: true }), { numRuns: 1000, seed: 1 });
      const values = Float32Array.from([...halves, ...drawn]);
      const { q, y } = await session.run({ x: float32([values.length], values) });
      const codes = createCodes(bits, values.length);
      quantizeInto(codes, values, quantization);
      expect(Uint16Array.from(q!.data as Int16Array, (code) => code & (2 ** bits - 1))).toEqual(
        Uint16Array.from(codes),
      );
      const reals = realsOf(quantization);
      expect(Array.from(codes, (c) => Math.fround(reals[c]!))).toEqual(Array.from(y!.data as Float32Array));
      await session.release();
    }
  },
);

it('codes of few bits saturate at their ends', () => {
  const codes = createCodes(4, 5);
  quantizeInto(codes, Float32Array.of(-9, -8, 0.5, 1.5, 9), { scale: 1, zero: 0, signed: true, bits: 4 });
  expect([...codes]).toEqual([8, 8, 0, 2, 7]);
  quantizeInto(codes, Float32Array.of(-9, -3, 0.5, 1.5, 99), { scale: 1, zero: 3, signed: false, bits: 4 });
  expect([...codes]).toEqual([0, 0, 3, 5, 15]);
});
