/**
 * A Graph of opset 21 -> the same function in the lowest opset from 17 on in which it can be written, with the IR version
 * that goes with it, for readers that know no newer one.
 */
import { type Attributes, type Graph, inputsOf, ints, type Node } from '../ir/graph.ts';
import { toDoubles } from '../math/tensor.ts';
import { intOf } from './attribute-values.ts';
import { elementNumber } from './element-types.ts';
import { neededOpset, oldestWritten, reductions } from './opset-needs.ts';
import type { KnownValues } from './value-info.ts';

const upgraded = 21;
/** Types of larger numbers came with opset 19 and later. */
const newestType = elementNumber('bfloat16');

/** @returns the graph itself where it is of another opset, or holds functions, which have opsets of their own */
export function lowestOpset(graph: Graph, known: KnownValues): Graph {
  const types = [...known.types.values(), ...graph.outputs.map((output) => output.elementType)];
  if (graph.opsets[''] !== upgraded || graph.functions.length > 0 || types.some((type) => type > newestType))
    return graph;
  const needed = (nodes: readonly Node[]) =>
    nodes.reduce((most, node) => Math.max(most, neededOpset(node, known)), oldestWritten);
  const older = graph.nodes.map((node) => writtenOlder(node, graph, known));
  const nodes = needed(older) === oldestWritten ? older : graph.nodes;
  const opset = needed(nodes);
  const irVersion = opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
  return {
    ...graph,
    irVersion,
    opsets: { ...graph.opsets, '': opset },
    nodes,
    constants: stillRead(graph, nodes),
  };
}

/** Opset 17 has the axes of reductions as an attribute, and splits evenly unless it is told how. */
function writtenOlder(node: Node, graph: Graph, { dims }: KnownValues): Node {
  if (node.kind !== 'onnx' || node.domain !== '') return node;
  const without = (name: string): Attributes => {
    const { [name]: _, ...rest } = node.attributes;
    return rest;
  };
  if (node.op === 'Split' && node.attributes.num_outputs) {
    const x = dims.get(node.inputs[0]!);
    const size = x?.at(intOf(node, 'axis', 0));
    const even = size !== undefined && size % node.outputs.length === 0;
    return even ? { ...node, attributes: without('num_outputs') } : node;
  }
  const given = reductions.has(node.op) ? graph.constants.get(node.inputs[1] ?? '') : undefined;
  const axes = given && Array.from(toDoubles(given) ?? []);
  if (!axes?.length) return node;
  const attributes = { ...without('noop_with_empty_axes'), axes: ints(axes) };
  return { ...node, inputs: node.inputs.slice(0, 1), attributes };
}

/** The constants without those that only the nodes of `graph` read. */
function stillRead(graph: Graph, nodes: readonly Node[]): Graph['constants'] {
  if (nodes === graph.nodes) return graph.constants;
  const before = new Set(graph.nodes.flatMap(inputsOf));
  const read = new Set([...nodes.flatMap(inputsOf), ...graph.outputs.map(({ name }) => name)]);
  return new Map([...graph.constants].filter(([name]) => read.has(name) || !before.has(name)));
}
