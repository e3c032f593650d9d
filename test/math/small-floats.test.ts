/** Small floats against onnxruntime's Cast: every bit pattern of 8 bits and fewer, and a spread of those of 16. */
import { describe, expect, it } from 'vitest';
import { float16Bits, smallFloat } from '../../src/math/small-floats.ts';
import { type DataType, float32, type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';

/** @returns what onnxruntime makes of a constant as float32 */
async function cast(x: Tensor, to = 1): Promise<Tensor> {
  const graph = model({
    inputs: {},
    outputs: { y: undefined },
    constants: { x },
    nodes: [node('Cast', ['x'], ['y'], { to })],
    opset: 24,
  });
  const outputs = [{ name: 'y', elementType: 0, dims: undefined }];
  const session = await openSession(encodeModel({ ...graph, outputs, irVersion: 12 }), { optimized: false });
  const { y } = await session.run({});
  await session.release();
  return y!;
}

const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
const shorts = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
const patterns: [DataType, Uint8Array | Uint16Array][] = [
  ['float16', shorts],
  ['bfloat16', shorts],
  ['float8e4m3fn', bytes],
  ['float8e4m3fnuz', bytes],
  ['float8e5m2', bytes],
  ['float8e5m2fnuz', bytes],
];

describe('small floats', () => {
  it.each(patterns)('%s have the values that onnxruntime gives them', async (type, data) => {
    const x: Tensor = { type, dims: [data.length], data };
    const expected = toDoubles(await cast(x))!;
    const apart = [...toDoubles(x)!.entries()].filter(([i, v]) => !Object.is(v, expected[i]!));
    expect(apart).toEqual([]);
  });

  it('float4e2m1 are those of the Open Compute microscaling formats', () => {
    const positive = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
    const values = Array.from({ length: 16 }, (_, bits) => smallFloat('float4e2m1')!(bits));
    expect(values).toEqual([...positive, ...positive.map((v) => -v)]);
  });

  it('float8e8m0 are powers of two', () => {
    const value = smallFloat('float8e8m0')!;
    expect([0, 127, 130, 254, 255].map(value)).toEqual([2 ** -127, 1, 8, 2 ** 127, Number.NaN]);
  });

  it('numbers become the float16 that onnxruntime makes of them', async () => {
    const bits = Uint32Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2654435761));
    const near = [
      0,
      -0,
      65519.99,
      65520,
      65536,
      -70000,
      2 ** -25,
      2 ** -24,
      2 ** -14,
      6.1e-5,
      1.0004883,
      1 / 3,
    ];
    const values = Float32Array.from([...new Float32Array(bits.buffer), ...near, ...near.map((v) => v / 2)]);
    const expected = (await cast(float32([values.length], values), 10)).data as Uint16Array;
    const isNan = (v: number) => (v & 0x7fff) > 0x7c00;
    const apart = [...values.entries()].filter(([i, v]) => {
      const own = float16Bits(v);
      return Number.isNaN(v) ? !isNan(own) : own !== expected[i];
    });
    expect(apart).toEqual([]);
  });
});
