import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { type AttributeValue, model, node } from '../support/onnx-model.ts';

interface Sliding {
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Dims of the input as the model says them. */
  readonly dims: readonly (number | string)[];
  readonly x: Tensor;
}

/** A kernel of ones over one channel, as a file holds it and the importer reads it, in onnxruntime. */
async function slide({ attributes, dims, x }: Sliding): Promise<number[]> {
  const kernel = attributes.kernel_shape as readonly number[];
  const ones = float32([1, 1, ...kernel], Array<number>(kernel.reduce((a, b) => a * b)).fill(1));
  const graph = model({
    inputs: { x: dims },
    outputs: { y: undefined },
    constants: { w: ones },
    nodes: [node('Conv', ['x', 'w'], ['y'], attributes, 'slides')],
  });
  const { graph: read } = await decodeModel(encodeModel(graph), { file: 'm.onnx' });
  const session = await openSession(encodeModel(read), { threads: 1 });
  const { y } = await session.run({ x });
  await session.release();
  return Array.from(y!.data as Float32Array);
}

const line = float32([1, 1, 6], [1, 2, 3, 4, 5, 6]);

describe('auto_pad beside dilations', () => {
  it('SAME_LOWER puts the odd zero in front, SAME_UPPER behind, where the size is unknown', async () => {
    const of = (auto_pad: string) =>
      slide({
        attributes: { auto_pad, kernel_shape: [2], dilations: [3] },
        dims: ['N', 1, 'length'],
        x: line,
      });
    // y[i] = x[i - 2] + x[i + 1], and y[i] = x[i - 1] + x[i + 2].
    expect(await of('SAME_LOWER')).toEqual([2, 3, 5, 7, 9, 4]);
    expect(await of('SAME_UPPER')).toEqual([3, 5, 7, 9, 4, 5]);
  });

  it('at a stride above 1 the size decides', async () => {
    const attributes = { auto_pad: 'SAME_UPPER', kernel_shape: [2], dilations: [3], strides: [2] };
    // Three positions need 2 * 2 + 4 of 6 values: one zero on either side; y[i] = x[2 i - 1] + x[2 i + 2].
    expect(await slide({ attributes, dims: [1, 1, 6], x: line })).toEqual([3, 7, 4]);
  });

  it('in two dimensions, each with its own', async () => {
    const attributes = { auto_pad: 'SAME_LOWER', kernel_shape: [1, 2], dilations: [2, 3] };
    const x = float32([1, 1, 2, 3], [1, 2, 3, 10, 20, 30]);
    // y[i][j] = x[i][j - 2] + x[i][j + 1]
    expect(await slide({ attributes, dims: ['N', 1, 'h', 'w'], x })).toEqual([2, 3, 1, 20, 30, 10]);
  });
});
