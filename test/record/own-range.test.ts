import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import type { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { isMadeUp } from '../../src/ir/calibration-record.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32, int8, uint8 } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { ownInputRange, ownQuantization } from '../../src/record/own-range.ts';
import { syntheticSamples } from '../../src/record/synthetic.ts';
import { loadTarget } from '../../src/target/load.ts';
import { model, node } from '../support/onnx-model.ts';

/** x is quantized and dequantized, reshaped, and multiplied with w. */
function quantizing(zero: ReturnType<typeof uint8> | ReturnType<typeof int8>) {
  return model({
    inputs: { x: ['N', 4] },
    outputs: { y: ['N', 2] },
    constants: {
      s: float32([], [0.25]),
      z: zero,
      w: float32([4, 2], [1, -2, 3, -4, 5, -6, 7, -8]),
    },
    nodes: [
      node('QuantizeLinear', ['x', 's', 'z'], ['q']),
      node('DequantizeLinear', ['q', 's', 'z'], ['d']),
      node('Flatten', ['d'], ['f']),
      node('MatMul', ['f', 'w'], ['y']),
    ],
  });
}

describe('ranges that a model brings along', () => {
  it('are found behind operators that only move values', () => {
    expect(ownQuantization(quantizing(uint8([], [7])), 'f')).toEqual({
      scale: 0.25,
      zero: 7,
      signed: false,
      bits: 8,
    });
  });

  it('are the same grid in unsigned codes where the model uses int8', () => {
    const zero = int8([], Int8Array.of(-5));
    expect(ownQuantization(quantizing(zero), 'd')).toEqual({
      scale: 0.25,
      zero: 123,
      signed: false,
      bits: 8,
    });
  });

  it('are known of codes whatever made them, by the type of their zero point', () => {
    const graph = quantizing(uint8([], [7]));
    const pooled = graph.nodes.map((n) =>
      n.kind === 'onnx' && n.op === 'QuantizeLinear'
        ? { ...n, op: 'QLinearAdd', domain: 'com.microsoft' }
        : n,
    );
    expect(ownQuantization({ ...graph, nodes: pooled }, 'd')).toEqual({
      scale: 0.25,
      zero: 7,
      signed: false,
      bits: 8,
    });
    const wide = { type: 'uint16', dims: [], data: Uint16Array.of(7) } as const;
    const constants = new Map(graph.constants).set('z', wide);
    expect(ownQuantization({ ...graph, constants }, 'd')).toBeUndefined();
  });

  it('are not found for other values', () => {
    expect(ownQuantization(quantizing(uint8([], [7])), 'x')).toBeUndefined();
  });

  it('suffice to compile without samples', async () => {
    const imported = await decodeModel(encodeModel(quantizing(uint8([], [7]))), { file: 'q.onnx' });
    const loaded = await loadTarget('ideal');
    const compiled = await compile({ ...imported, file: 'q.onnx' }, loaded, parseOptions({}), undefined);
    const [record] = compiled.record.layers.values();
    expect(record!.quantization).toEqual({ scale: 0.25, zero: 7, signed: false, bits: 8 });
    expect(record!.count).toBeGreaterThan(0);
    expect(isMadeUp(compiled.record)).toBe(true);
  });

  it('missing for a layer, samples are asked for', async () => {
    const graph = model({
      inputs: { x: ['N', 4] },
      outputs: { y: ['N', 2] },
      constants: { w: float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
    });
    const imported = await decodeModel(encodeModel(graph), { file: 'f.onnx' });
    const failed = compile(
      { ...imported, file: 'f.onnx' },
      await loadTarget('ideal'),
      parseOptions({}),
      undefined,
    );
    const error = await failed.catch((e: DiagnosticError) => e);
    expect((error as DiagnosticError).diagnostics.map((d) => d.code)).toEqual(['calibrate/no-ranges']);
  });
});

describe('the range of an input', () => {
  it('is that of its codes', () => {
    expect(ownInputRange(quantizing(uint8([], [7])), 'x')).toEqual({ low: -1.75, high: 62 });
    expect(ownInputRange(quantizing(int8([], Int8Array.of(-5))), 'x')).toEqual({ low: -30.75, high: 33 });
  });

  it('is not known of other values', () => {
    expect(ownInputRange(quantizing(uint8([], [7])), 'f')).toBeUndefined();
  });
});

describe('made-up samples', () => {
  const image = (size: number | undefined) => ({
    ...quantizing(uint8([], [7])),
    inputs: [{ name: 'x', elementType: 1, dims: ['N', 3, 40, size] }],
  });

  it('are keyed, and span at least three tenths of the range that the model gives its input', async () => {
    const source = syntheticSamples(image(50), 8)!;
    const { feeds, hash } = await source.sample(3);
    expect(hash).toBeUndefined();
    expect((await source.sample(3)).feeds).toEqual(feeds);
    expect((await source.sample(2)).feeds).not.toEqual(feeds);
    for (let i = 0; i < source.length; i++) {
      const values = (await source.sample(i)).feeds.x!.data as Float32Array;
      const [least, most] = [
        values.reduce((a, b) => Math.min(a, b)),
        values.reduce((a, b) => Math.max(a, b)),
      ];
      expect(least).toBeGreaterThanOrEqual(-1.75 - 1e-4);
      expect(most).toBeLessThanOrEqual(62 + 1e-4);
      expect(most - least).toBeGreaterThan(0.3 * 63.75 - 1e-4);
    }
  });

  it('are more or less smooth', async () => {
    const source = syntheticSamples(image(50), 4)!;
    /** How much neighbours along the last axis have in common. */
    const correlation = async (index: number) => {
      const values = (await source.sample(index)).feeds.x!.data as Float32Array;
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const inner = Array.from(values.keys()).filter((at) => at % 50 > 0);
      const product = (at: number, other: number) => (values[at]! - mean) * (values[other]! - mean);
      return (
        inner.reduce((sum, at) => sum + product(at, at - 1), 0) /
        inner.reduce((sum, at) => sum + product(at, at), 0)
      );
    };
    // Independent draws; and both ways a filter of 0.95.
    expect(Math.abs(await correlation(0))).toBeLessThan(0.1);
    expect(await correlation(3)).toBeGreaterThan(0.95);
  });

  it('cannot be made for an input of unknown size', () => {
    expect(syntheticSamples(image(undefined), 1)).toBeUndefined();
  });
});
