import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputsOf, outputsOf } from '../../src/ir/graph.ts';
import { cutAfter, cutGraph } from '../../src/lower/pieces.ts';
import { byteLengthOf, int8, type Tensor } from '../../src/math/tensor.ts';
import { model, node } from '../support/onnx-model.ts';

/** Node i adds constant c_i to values made before, of which `reads` picks one. */
const arbitraryGraph = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 100 }), reads: fc.nat(), constant: fc.nat() }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((steps) => {
    const constants: Record<string, Tensor> = {};
    for (const [i, { bytes }] of steps.entries()) constants[`c${i}`] = int8([bytes], new Int8Array(bytes));
    const nodes = steps.map(({ reads, constant }, i) => {
      const before = ['x', ...steps.slice(0, i).map((_, j) => `y${j}`)];
      return node('Add', [before[reads % before.length]!, `c${constant % steps.length}`], [`y${i}`]);
    });
    const outputs = { [`y${steps.length - 1}`]: undefined, y0: undefined };
    return model({ inputs: { x: [1] }, outputs, constants, nodes });
  });

describe('cutGraph', () => {
  it('keeps every node in its order, within the limit or alone with its constants', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.integer({ min: 1, max: 300 }), (graph, limit) => {
        const pieces = cutGraph(graph, limit);
        expect(pieces.flatMap((p) => p.nodes)).toEqual(graph.nodes);
        for (const { nodes, constants } of pieces) {
          const bytes = [...constants.values()].reduce((sum, t) => sum + byteLengthOf(t), 0);
          const first = nodes[0]!;
          const alone = nodes.every((n) => n.kind === 'onnx' && n.inputs[1] === inputsOf(first)[1]);
          expect(bytes <= limit || alone).toBe(true);
        }
      }),
    );
  });

  it('gives every piece what it reads, and the graph its outputs', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.integer({ min: 1, max: 300 }), (graph, limit) => {
        const known = new Set(['x']);
        for (const { nodes, constants, inputs, outputs } of cutGraph(graph, limit)) {
          for (const name of inputs) expect(known).toContain(name);
          const local = new Set([...inputs, ...constants.keys()]);
          for (const each of nodes) {
            for (const name of inputsOf(each)) expect(local).toContain(name);
            for (const name of outputsOf(each)) local.add(name);
          }
          for (const name of outputs) known.add(name);
        }
        for (const { name } of graph.outputs) expect(known).toContain(name);
      }),
    );
  });

  it('is one piece for a graph that fits', () => {
    fc.assert(
      fc.property(arbitraryGraph, (graph) => {
        expect(cutGraph(graph, 2000)).toHaveLength(1);
      }),
    );
  });
});

describe('cutAfter', () => {
  const add = (a: string, b: string, out: string) => node('Add', [a, b], [out]);
  const graph = model({
    inputs: { x: [1] },
    outputs: { z: undefined },
    constants: { c: int8([1], Int8Array.of(1)) },
    nodes: [
      add('x', 'c', 'a'),
      add('a', 'x', 'b'),
      add('b', 'a', 'd'),
      add('d', 'c', 'e'),
      add('e', 'x', 'z'),
    ],
  });

  it('ends every piece with one of the values, which it gives besides what is read later', () => {
    const shown = cutAfter(graph, ['b', 'e']).map(({ nodes, constants, inputs, outputs }) => ({
      made: nodes.flatMap(outputsOf),
      constants: [...constants.keys()],
      ...{ inputs, outputs },
    }));
    expect(shown).toEqual([
      { made: ['a', 'b'], constants: ['c'], inputs: ['x'], outputs: ['a', 'b'] },
      { made: ['d', 'e'], constants: ['c'], inputs: ['b', 'a'], outputs: ['e'] },
    ]);
  });
});
