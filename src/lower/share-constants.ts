/**
 * Equal constants of a lowered graph become one: layers that share their weights, such as the time steps of an LSTM,
 * bring the same matrix each. Small constants stay: they cost less than the search. So do those of int8: where
 * onnxruntime turns signed weights into unsigned ones, it takes each for one node's alone and fails at the second.
 */
import { capturesOf, type Graph, inputsOf, type Node } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';

/** Values of a constant worth sharing. */
const worthwhile = 1024;
/** Values that tell most constants of one shape apart. */
const probed = 32;

/** @returns the graph; the first of several equal constants stays, in the order of the graph's constants */
export function shareConstants<G extends Pick<Graph, 'nodes' | 'constants' | 'outputs'>>(graph: G): G {
  const alike = new Map<string, [name: string, data: Uint8Array][]>();
  const renamed = new Map<string, string>();
  const outputs = new Set(graph.outputs.map((o) => o.name));
  for (const [name, tensor] of graph.constants) {
    const data = outputs.has(name) ? undefined : bytesOf(tensor);
    if (!data) continue;
    const start = Buffer.from(data.subarray(0, 4 * probed)).toString('latin1');
    const key = `${tensor.type} ${tensor.dims} ${start}`;
    const others = alike.get(key) ?? [];
    alike.set(key, others);
    const same = others.find(([, other]) => Buffer.compare(other, data) === 0);
    if (same) renamed.set(name, same[0]);
    else others.push([name, data]);
  }
  if (renamed.size === 0) return graph;
  const hasBody = (node: Node) => capturesOf(node).length > 0;
  const rename = (node: Node): Node =>
    node.kind === 'onnx' && !hasBody(node)
      ? { ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) }
      : node;
  const nodes = graph.nodes.map(rename);
  // Bodies read values by name: what they read stays.
  const kept = new Set(graph.nodes.filter(hasBody).flatMap(inputsOf));
  const constants = new Map([...graph.constants].filter(([name]) => !renamed.has(name) || kept.has(name)));
  return { ...graph, nodes, constants };
}

function bytesOf(tensor: Tensor): Uint8Array | undefined {
  if (tensor.type === 'int8') return undefined;
  if (tensor.deferred || !ArrayBuffer.isView(tensor.data) || tensor.data.length < worthwhile)
    return undefined;
  const { buffer, byteOffset, byteLength } = tensor.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
