import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Geometry } from '../../src/ir/graph.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createPatchReader } from '../../src/record/patch.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';

const shape = fc.integer({ min: 1, max: 3 }).chain((axes) => {
  const list = (min: number, max: number, length = axes) =>
    fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length });
  return fc.record({
    space: list(5, axes === 3 ? 6 : 9),
    kernel: list(1, 3),
    strides: list(1, 3),
    dilations: list(1, 2),
    pads: list(0, 2, 2 * axes),
    autoPad: fc.constantFrom(
      'NOTSET' as const,
      'SAME_UPPER' as const,
      'SAME_LOWER' as const,
      'VALID' as const,
    ),
    channels: fc.integer({ min: 1, max: 3 }),
  });
});

it('patches times kernels are what onnxruntime convolves', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async ({ space, channels, ...rest }) => {
      const geometry: Geometry = { kind: 'conv', ...rest };
      const { kernel, strides, autoPad } = rest;
      // auto_pad with dilation is not defined alike everywhere.
      const dilations = autoPad === 'NOTSET' ? rest.dilations : kernel.map(() => 1);
      const rows = channels * sizeOf(kernel);
      const x = Float32Array.from({ length: channels * sizeOf(space) }, (_, i) => Math.sin(i * i + 1));
      const w = Float32Array.from({ length: rows }, (_, i) => Math.cos(3 * i));
      const padding = autoPad === 'NOTSET' ? { pads: rest.pads } : { auto_pad: autoPad };
      const graph = model({
        inputs: { x: [1, channels, ...space] },
        outputs: { y: undefined },
        constants: { w: float32([1, channels, ...kernel], w) },
        nodes: [node('Conv', ['x', 'w'], ['y'], { strides, dilations, ...padding })],
      });
      const session = await openSession(encodeModel(graph), { threads: 1 });
      const wanted = (await session.run({ x: float32([1, channels, ...space], x) })).y!.data as Float32Array;
      await session.release();

      const reader = createPatchReader({ ...geometry, dilations }, [1, channels, ...space], rows);
      expect(reader.positions).toBe(wanted.length);
      expect(reader.space).toEqual(space);
      const patch = new Float32Array(rows);
      for (let position = 0; position < reader.positions; position++) {
        reader.read(x, position, patch);
        expect(patch.reduce((sum, v, i) => sum + v * w[i]!, 0)).toBeCloseTo(wanted[position]!, 4);
      }
    }),
    { numRuns: 60 },
  );
});

it('the rows of a product are its vectors', () => {
  const reader = createPatchReader({ kind: 'matmul' }, [2, 3, 4], 4);
  expect(reader.positions).toBe(6);
  const out = new Float32Array(4);
  reader.read(
    Float32Array.from({ length: 24 }, (_, i) => i),
    4,
    out,
  );
  expect([...out]).toEqual([16, 17, 18, 19]);
});
