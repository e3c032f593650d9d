/** A graph whose crossbar layers are still in floating point -> the network, with some of its values as outputs. */
import type { Graph } from '../ir/graph.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerFloat } from '../lower/reference.ts';
import { type Network, openNetwork } from './network.ts';

/** Bytes of floating-point weights that are in memory at a time. */
const weightBytes = 2 ** 28;

export function openFloat(graph: Graph, taps: readonly string[]): Promise<Network> {
  const produced = taps.filter((name) => !graph.inputs.some((i) => i.name === name));
  const lowered = lowerGraph(
    graph,
    (node) => (node.kind === 'mvm' ? (emit) => lowerFloat(emit, node) : undefined),
    produced,
  );
  return openNetwork(lowered, weightBytes);
}
