/** Names that every object of JavaScript has a property of are names like any other. */
import { expect, it } from 'vitest';
import { listOperators } from '../../src/compile/operators.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { loadTarget } from '../../src/target/load.ts';
import { noise, run } from '../passes/lower/decompose.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

it.each(inherited)('an operator %s', async (op) => {
  const graph = model({
    inputs: { x: [1, 4] },
    outputs: { y: undefined },
    constants: { w: noise([4, 4], 1) },
    nodes: [node('MatMul', ['x', 'w'], ['t']), node(op, ['t'], ['y'])],
  });
  expect((await listOperators(graph)).map(({ crossbar }) => crossbar)).toEqual([true, false]);
  expect(inferDims(graph).has('y')).toBe(false);
});

/** A net of two layers with names of values and nodes, and the output for one input. */
async function outputOf([x, w, t, u, v, y]: readonly string[], nodes: readonly string[]) {
  const constants = Object.fromEntries([
    [w, noise([4, 4], 1)],
    [v, noise([4, 4], 2)],
  ]);
  const graph: Graph = model({
    inputs: Object.fromEntries([[x, ['N', 4]]]),
    outputs: Object.fromEntries([[y, undefined]]),
    constants,
    nodes: [
      node('MatMul', [x!, w!], [t!], {}, nodes[0]),
      node('Relu', [t!], [u!], {}, nodes[1]),
      node('MatMul', [u!, v!], [y!], {}, nodes[2]),
    ],
  });
  const read = (await decodeModel(encodeModel(graph), { file: 'm.onnx' })).graph;
  expect(read).toEqual(graph);
  const feeds = drawFeeds(graph.inputs, 3);
  const compiled = await compileModel(modelOf(graph), await loadTarget('ideal'), [feeds]);
  expect(compiled.summary.layers.map(({ origin }) => origin.name)).toEqual([nodes[0], nodes[2]]);
  return Object.values(await run(read, feeds))[0]!.data;
}

it('values and nodes by such names', async () => {
  const plain = await outputOf(['x', 'w', 't', 'u', 'v', 'y'], ['a', 'b', 'c']);
  const values = [
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'isPrototypeOf',
  ];
  expect(await outputOf(values, ['__proto__', 'constructor', 'toString'])).toEqual(plain);
  expect(await outputOf(values.toReversed(), ['valueOf', '__proto__', 'constructor'])).toEqual(plain);
});

it('a value that onnxruntime would lose is refused', async () => {
  const graph = model({
    inputs: { x: [1, 4] },
    outputs: Object.fromEntries([['__proto__', undefined]]),
    nodes: [node('Relu', ['x'], ['__proto__'])],
  });
  const session = await openSession(encodeModel(graph));
  await expect(session.run(drawFeeds(graph.inputs, 1))).rejects.toThrow();
  await session.release();
  const reading = decodeModel(encodeModel(graph), { file: 'm.onnx' });
  await expect(reading).rejects.toThrow(DiagnosticError);
  await expect(reading).rejects.toThrow("value '__proto__': no value may have this name");
});

it('a domain of such a name is imported', async () => {
  const opsets = Object.fromEntries([
    ['', 17],
    ['__proto__', 3],
  ]);
  const graph = {
    ...model({ inputs: { x: [1] }, outputs: { y: undefined }, nodes: [node('Relu', ['x'], ['y'])] }),
    opsets,
  };
  const { opsets: read } = (await decodeModel(encodeModel(graph), { file: 'm.onnx' })).graph;
  expect(Object.entries(read)).toEqual(Object.entries(opsets));
});
