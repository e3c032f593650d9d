import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import type { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32, int8, uint8 } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { ownQuantization } from '../../src/record/own-range.ts';
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
    expect(ownQuantization(quantizing(uint8([], [7])), 'f')).toEqual({ scale: 0.25, zero: 7, signed: false });
  });

  it('are the same grid in unsigned codes where the model uses int8', () => {
    const zero = int8([], Int8Array.of(-5));
    expect(ownQuantization(quantizing(zero), 'd')).toEqual({ scale: 0.25, zero: 123, signed: false });
  });

  it('are not found for other values', () => {
    expect(ownQuantization(quantizing(uint8([], [7])), 'x')).toBeUndefined();
  });

  it('suffice to compile without samples', async () => {
    const imported = await decodeModel(encodeModel(quantizing(uint8([], [7]))), { file: 'q.onnx' });
    const loaded = await loadTarget('ideal');
    const compiled = await compile({ ...imported, file: 'q.onnx' }, loaded, parseOptions({}), undefined);
    const [record] = compiled.record.layers.values();
    expect(record!.quantization).toEqual({ scale: 0.25, zero: 7, signed: false });
    expect(record!.count).toBeGreaterThan(0);
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

describe('made-up samples', () => {
  it('are keyed, and standard normal', async () => {
    const input = { name: 'x', elementType: 1, dims: ['N', 100, 100] };
    const source = syntheticSamples([input], 2)!;
    const first = (await source.sample(0)).feeds.x!;
    expect((await source.sample(0)).feeds.x).toEqual(first);
    expect((await source.sample(1)).feeds.x).not.toEqual(first);
    const values = first.data as Float32Array;
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const square = values.reduce((a, b) => a + b * b, 0) / values.length;
    // Five standard errors of 10,000 draws.
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / 10_000));
  });

  it('cannot be made for an input of unknown size', () => {
    expect(syntheticSamples([{ name: 'x', elementType: 1, dims: [1, undefined] }], 1)).toBeUndefined();
  });
});
