import { expect, it } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';

it('blocks of int8 without zero points run as the model says', async () => {
  const codes = { type: 'int8', dims: [4, 2], data: Int8Array.of(1, 2, 3, 4, -5, 6, 7, -128) } as const;
  const graph = model({
    opset: 21,
    inputs: { x: ['N', 4] },
    outputs: { y: ['N', 2] },
    constants: { codes, steps: float32([2, 2], [0.5, 1, 2, 0.25]) },
    nodes: [
      node('DequantizeLinear', ['codes', 'steps'], ['w'], { axis: 0, block_size: 2 }),
      node('MatMul', ['x', 'w'], ['y']),
    ],
  });
  const { graph: read } = await decodeModel(encodeModel({ ...graph, irVersion: 10 }), { file: 'm.onnx' });
  const session = await openSession(encodeModel(read), { threads: 1 });
  const { y } = await session.run({ x: float32([1, 4], [1, 10, 100, 1000]) });
  await session.release();
  // 1 x 0.5 + 10 x 1.5 - 100 x 10 + 1000 x 14, and 1 x 2 + 10 x 4 + 100 x 1.5 - 1000 x 32
  expect([...(y!.data as Float32Array)]).toEqual([13015.5, -31808]);
});
