import { describe, expect, it } from 'vitest';
import { type DataType, float32, int64, uint8 } from '../../src/math/tensor.ts';
import { elementNumber } from '../../src/onnx/element-types.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';

/** A model that takes three numbers of a type and gives them as floats. */
function casting(type: Parameters<typeof elementNumber>[0]) {
  const plain = model({
    inputs: { x: [3] },
    outputs: { y: [3] },
    nodes: [node('Cast', ['x'], ['y'], { to: 1 })],
  });
  const inputs = plain.inputs.map((v) => ({ ...v, elementType: elementNumber(type) }));
  return openSession(encodeModel({ ...plain, inputs }));
}

describe('a session', () => {
  const types: [DataType, number[]][] = [
    ['int64', [3, 0, -2]],
    ['int32', [3, 0, -2]],
    ['uint8', [3, 0, 254]],
    ['int8', [3, 0, -2]],
    ['int16', [3, 0, -2]],
    ['uint16', [3, 0, 254]],
    ['uint32', [3, 0, 254]],
    ['uint64', [3, 0, 254]],
    ['float16', [3, 0, -2]],
    ['bool', [1, 0, 1]],
    ['float64', [3, 0, -2]],
    ['float32', [3, 0, -2]],
  ];
  it.each(types)('feeds the floats of a data set to an input of %s', async (type, expected) => {
    const session = await casting(type);
    const result = await session.run({ x: float32([3], [3, 0, type.startsWith('uint') ? 254 : -2]) });
    await session.release();
    expect([...(result.y!.data as Float32Array)]).toEqual(expected);
  });

  it.each([
    ['uint8', [0, 255, 2]],
    ['int8', [-128, 127, 2]],
    ['int16', [-32768, 32767, 2]],
    ['uint16', [0, 65535, 2]],
  ] as const)('keeps integers within %s', async (type, expected) => {
    const session = await casting(type);
    const result = await session.run({ x: float32([3], [-70_000, 70_000, 2.4]) });
    await session.release();
    expect([...(result.y!.data as Float32Array)]).toEqual(expected);
  });

  it('feeds other tensors as they are', async () => {
    const plain = model({ inputs: { x: [2] }, outputs: { y: [2] }, nodes: [node('Neg', ['x'], ['y'])] });
    const graph = {
      ...plain,
      inputs: plain.inputs.map((v) => ({ ...v, elementType: elementNumber('int64') })),
      outputs: plain.outputs.map((v) => ({ ...v, elementType: elementNumber('int64') })),
    };
    const session = await openSession(encodeModel(graph));
    const result = await session.run({ x: int64([2], [2 ** 40, -1]) });
    await session.release();
    expect(result.y).toMatchObject({ type: 'int64', data: BigInt64Array.of(-(2n ** 40n), 1n) });
  });

  it('leaves the weights of a layer between DequantizeLinear and QuantizeLinear as they are', async () => {
    const graph = model({
      inputs: { x: [1, 4, 1, 1] },
      outputs: { y: [1, 2, 1, 1] },
      // In one step of 25 / 255 for all weights, 0.04 would be zero.
      constants: {
        s: float32([], [1]),
        z: uint8([], [0]),
        w: float32([2, 4, 1, 1], [25, 0, 0, 0, 0.04, 0.04, 0.04, 0.04]),
      },
      nodes: [
        node('QuantizeLinear', ['x', 's', 'z'], ['xq']),
        node('DequantizeLinear', ['xq', 's', 'z'], ['xd']),
        node('Conv', ['xd', 'w'], ['c']),
        node('QuantizeLinear', ['c', 's', 'z'], ['cq']),
        node('DequantizeLinear', ['cq', 's', 'z'], ['y']),
      ],
    });
    const session = await openSession(encodeModel(graph));
    const result = await session.run({ x: float32([1, 4, 1, 1], [10, 10, 10, 10]) });
    await session.release();
    expect([...(result.y!.data as Float32Array)]).toEqual([250, 2]);
  });
});
