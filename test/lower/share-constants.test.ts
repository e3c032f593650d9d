import { describe, expect, it } from 'vitest';
import { shareConstants } from '../../src/lower/share-constants.ts';
import { float32, int8 } from '../../src/math/tensor.ts';
import { model, node } from '../support/onnx-model.ts';

const wave = (length: number, phase: number) => Float32Array.from({ length }, (_, i) => Math.sin(i + phase));

describe('shareConstants', () => {
  it('keeps one of equal large constants, and all that differ in values, type or shape', () => {
    const last = wave(2048, 1);
    last[2047]! += 1;
    const graph = model({
      inputs: { x: [1] },
      outputs: { y: undefined },
      constants: {
        a: float32([2048], wave(2048, 1)),
        b: float32([2048], wave(2048, 1)),
        other: float32([2048], last),
        shape: float32([32, 64], wave(2048, 1)),
        // onnxruntime takes an int8 constant for one node's alone.
        bytes: int8([2048], new Int8Array(2048)),
        same: int8([2048], new Int8Array(2048)),
        small: float32([2], [1, 2]),
        smaller: float32([2], [1, 2]),
        view: float32([2048], new Float32Array([...[9, 9], ...wave(2048, 1)]).subarray(2)),
      },
      nodes: [node('Sum', ['a', 'b', 'other', 'shape', 'small', 'smaller', 'view', 'bytes', 'same'], ['y'])],
    });
    const shared = shareConstants(graph);
    expect([...shared.constants.keys()]).toEqual([
      'a',
      'other',
      'shape',
      'bytes',
      'same',
      'small',
      'smaller',
    ]);
    expect(shared.nodes).toMatchObject([
      { inputs: ['a', 'a', 'other', 'shape', 'small', 'smaller', 'a', 'bytes', 'same'] },
    ]);
    expect(shareConstants(shared)).toBe(shared);
  });

  it('leaves what a body reads by its name, and what the graph gives out', () => {
    const captures = { type: 'opaque', value: new Uint8Array(), captures: ['b'] } as const;
    const same = () => float32([2048], wave(2048, 1));
    const graph = model({
      inputs: { x: [1] },
      outputs: { c: undefined },
      constants: { a: same(), b: same(), c: same() },
      nodes: [node('Add', ['a', 'b'], ['s']), node('If', ['x'], ['t'], { then_branch: captures })],
    });
    const shared = shareConstants(graph);
    expect([...shared.constants.keys()]).toEqual(['a', 'b', 'c']);
    expect(shared.nodes).toMatchObject([{ inputs: ['a', 'a'] }, { inputs: ['x'] }]);
  });
});
