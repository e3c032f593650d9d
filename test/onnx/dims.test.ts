/** Dimensions and types that are inferred are those that onnxruntime finds: for trained models, value by value, and case by case. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { type Graph, outputsOf } from '../../src/ir/graph.ts';
import { int64 } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import { elementNumber } from '../../src/onnx/element-types.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { knownValues } from '../../src/onnx/value-info.ts';
import { openSession } from '../../src/runtime/session.ts';
import { noise } from '../passes/lower/decompose.ts';
import { drawFeeds } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'models');
const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.onnx')) : [];

/** @returns share of the graph's values whose dims are all known */
async function expectDims(graph: Graph, batch = 2): Promise<number> {
  const names = graph.nodes.flatMap(outputsOf);
  const outputs = names.map((name) => ({ name, elementType: 0, dims: undefined }));
  const session = await openSession(encodeModel({ ...graph, outputs }), { threads: 1 });
  const values = await session.run(drawFeeds(graph.inputs, 1, -1, 1, batch));
  await session.release();
  const { dims, types } = knownValues(graph);
  let known = 0;
  for (const name of names) {
    const type = elementNumber(values[name]!.type);
    expect({ name, type: types.get(name) ?? type }).toEqual({ name, type });
    const inferred = dims.get(name);
    if (!inferred) continue;
    const actual = values[name]!.dims;
    expect({ name, dims: inferred.map((d, i) => d ?? actual[i]) }).toEqual({ name, dims: actual });
    if (inferred.every((d, i) => d !== undefined || actual[i] === batch)) known++;
  }
  return known / names.length;
}

describe.skipIf(files.length === 0)('shared models (skipped where CROSSLOOM_DATA has none)', () => {
  it.each(files)('%s', async (file) => {
    const { graph } = await readModel(join(folder, file));
    expect(await expectDims(await foldConstants.run(graph))).toBeGreaterThan(0.95);
    expect(await expectDims(await foldConstants.run(upgradeOpset(graph)))).toBeGreaterThan(0.95);
  });
});

describe('inferDims', () => {
  it('follows the shape arithmetic of exporters to the length of a sequence', async () => {
    // x [batch, 4, 3, 5] -> [batch, 3, 20] -> [3, batch, 20], as exporters write view and transpose.
    const graph = model({
      inputs: { x: ['batch', 4, 3, 5] },
      outputs: { y: undefined },
      constants: {
        zero: int64([], [0]),
        two: int64([], [2]),
        front: int64([1], [0]),
        rest: int64([1], [-1]),
        w: noise([1, 16, 20], 1),
        r: noise([1, 16, 4], 2),
      },
      nodes: [
        node('Transpose', ['x'], ['t'], { perm: [0, 2, 1, 3] }),
        node('Shape', ['t'], ['shape']),
        node('Gather', ['shape', 'zero'], ['b']),
        node('Unsqueeze', ['b', 'front'], ['b1']),
        node('Slice', ['shape', 'from', 'to'], ['s1']),
        node('Concat', ['b1', 's1', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['t', 'target'], ['flat']),
        node('Transpose', ['flat'], ['steps'], { perm: [1, 0, 2] }),
        node('LSTM', ['steps', 'w', 'r'], ['y'], { hidden_size: 4 }),
      ],
    });
    const constants = new Map([...graph.constants, ['from', int64([1], [1])], ['to', int64([1], [2])]]);
    expect(await expectDims({ ...graph, constants })).toBe(1);
    expect(inferDims({ ...graph, constants }).get('y')).toEqual([3, 1, undefined, 4]);
  });

  it('agrees with onnxruntime on windows of any form', async () => {
    const size = fc.integer({ min: 1, max: 3 });
    const drawn = fc.record({
      op: fc.constantFrom('Conv', 'MaxPool', 'AveragePool'),
      space: fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })),
      kernel: fc.tuple(size, size),
      strides: fc.tuple(size, size),
      dilations: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
      pads: fc.boolean(),
      mode: fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      ceil: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ op, space, kernel, dilations, pads, mode, ceil, ...c }) => {
        // onnxruntime refuses windows that SAME would have to pad by less than nothing.
        const strides = c.strides.map((s, i) => Math.min(s, kernel[i]!));
        const padding =
          mode === 'NOTSET' && pads ? { pads: [...kernel, ...kernel].map((k) => Math.min(k - 1, 1)) } : {};
        const graph = model({
          inputs: { x: ['batch', 2, ...space] },
          outputs: { y: undefined },
          constants: op === 'Conv' ? { w: noise([3, 2, ...kernel], 1) } : {},
          nodes: [
            node(op, op === 'Conv' ? ['x', 'w'] : ['x'], ['y'], {
              kernel_shape: kernel,
              strides,
              ...(op !== 'AveragePool' && mode === 'NOTSET' && { dilations }),
              ...padding,
              auto_pad: mode,
              ...(op !== 'Conv' && mode === 'NOTSET' && { ceil_mode: ceil ? 1 : 0 }),
            }),
          ],
        });
        expect(await expectDims(graph)).toBe(1);
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it('knows how many of the dims Shape is asked for', async () => {
    const graph = model({
      inputs: { x: ['batch', 2, 3, 5] },
      outputs: { y: undefined },
      nodes: [
        node('Shape', ['x'], ['inner'], { start: 1, end: -1 }),
        node('Shape', ['x'], ['last'], { start: -1 }),
        node('Concat', ['inner', 'last'], ['y'], { axis: 0 }),
      ],
    });
    expect(inferDims(graph).get('inner')).toEqual([2]);
    expect(await expectDims(graph)).toBe(1);
  });

  it('knows nothing of what it cannot follow', () => {
    const graph = model({
      inputs: { x: undefined, s: [3] },
      outputs: { y: undefined },
      nodes: [
        node('Relu', ['x'], ['a']),
        node('Reshape', ['x', 's'], ['b']),
        node('NonZero', ['b'], ['c']),
        { ...node('Relu', ['b'], ['d']), domain: 'com.example' },
      ],
    });
    const dims = inferDims(graph);
    expect(['a', 'b', 'c', 'd'].map((name) => dims.get(name))).toEqual([
      undefined,
      [undefined, undefined, undefined],
      undefined,
      undefined,
    ]);
  });
});
