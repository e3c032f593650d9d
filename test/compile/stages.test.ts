/** The order of passes as types and as data, and what must hold after lowering. */
import { describe, expect, test } from 'vitest';
import type { Cut, Uncut } from '../../passes/map/cut.ts';
import type { Made } from '../../src/compile/artefacts.ts';
import { lowerModel } from '../../src/compile/compile.ts';
import { lowerAsRead, passes, stages } from '../../src/compile/stages.ts';
import { run, step, unless } from '../../src/compile/step.ts';
import { verifyLowered } from '../../src/compile/verify.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32 } from '../../src/math/tensor.ts';
import { loadTarget } from '../../src/target/load.ts';
import { model, node } from '../support/onnx-model.ts';

const net = model({
  inputs: { x: ['N', 4] },
  outputs: { y: ['N', 2] },
  constants: { w: float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), b: float32([2], [1, 2]) },
  nodes: [node('MatMul', ['x', 'w'], ['z'], {}, 'layer'), node('Add', ['z', 'b'], ['y'], {}, 'shift')],
});

describe('steps', () => {
  const graphOf = (name: string): Graph => ({ ...net, name });
  const rename = (name: string) =>
    step({ name, run: (graph: Graph) => graphOf(`${graph.name} ${name}`) }, 'graph', 'graph');

  test('run in their order, and tell what each made', () => {
    const told: [string, Made][] = [];
    const onPass = (name: string, made: Made) => told.push([name, made]);
    const { graph, besides } = run(
      [rename('a'), rename('b')],
      { graph: graphOf('net'), besides: 1 },
      { onPass },
    );
    expect([graph.name, besides]).toEqual(['net a b', 1]);
    expect(told.map(([name, made]) => [name, made.graph?.name])).toEqual([
      ['a', 'net a'],
      ['b', 'net a b'],
    ]);
  });

  test('that are idle are left out', async () => {
    const idle = unless(({ options }) => !options.equalization && 'without equalization', rename('b'));
    const { target } = await loadTarget('ideal');
    const given = (equalization: boolean) => ({ options: parseOptions({ equalization }), target });
    const nameOf = (how: Parameters<typeof run>[2]) =>
      run([rename('a'), idle], { graph: graphOf('net') }, how).graph.name;
    expect(nameOf({ given: given(true) })).toBe('net a b');
    expect(nameOf({ given: given(false) })).toBe('net a');
    expect(nameOf({})).toBe('net a');
    expect(idle.idle!(given(false))).toBe('without equalization');
  });

  test('do not compile in another order', () => {
    const [slice, tile, pack] = stages.map;
    const right = (uncut: Uncut): Cut => run([slice, tile, pack], uncut);
    // @ts-expect-error tiles are cut from sliced layers
    const wrong = (uncut: Uncut): Cut => run([tile, slice, pack], uncut);
    expect(right).not.toBe(wrong);
  });

  test('have names of their own', () => {
    const names = passes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('lowering', () => {
  test('leaves no node that maps', async () => {
    const options = parseOptions({});
    const file = { graph: net, file: 'net', sha256: '' };
    const real = await lowerModel(file, await loadTarget('ideal'), options);
    expect(real.nodes.map(({ kind }) => kind)).toEqual(['mvm']);
    verifyLowered(real, {});
    expect(() => verifyLowered(net, {})).toThrow(InternalError);
    expect(() => verifyLowered(net, {})).toThrow(/node 'layer' \(MatMul, #0\) is left, and maps/);
    verifyLowered(net, { keepDigital: ({ name }) => name === 'layer' });
  });

  test('as read keeps the opset', async () => {
    const { real } = await lowerAsRead({ graph: net, file: 'net' });
    expect(real.opsets).toEqual(net.opsets);
    expect(real.nodes.map(({ kind }) => kind)).toEqual(['mvm']);
  });
});
