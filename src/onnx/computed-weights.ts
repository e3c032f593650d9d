/** Where a value comes from that would be a layer's weights if it were constant: the operator that stands in the way. */
import { type Graph, inputsOf, layerName, type Node, outputsOf } from '../ir/graph.ts';

/** What operators that constant folding left make of constants alone. */
interface Unfolded {
  /** The first of them, all of whose inputs are constant. */
  readonly by: Node;
  /** Names of the constants behind them. */
  readonly constants: readonly string[];
}

/** Operators between stored weights and a layer; beyond that many one would not look for them. */
const longestWay = 256;

/** @returns undefined for a constant, and for a value that an input of the model has a part in */
export function unfoldedWeights(name: string, graph: Graph): Unfolded | undefined {
  const producers = producersOf(graph);
  const constants = new Set<string>();
  const seen = new Set<Node>();
  const waiting = [name];
  let by: Node | undefined;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (graph.constants.has(value)) {
      constants.add(value);
      continue;
    }
    const node = producers.get(value);
    if (!node || seen.size === longestWay) return undefined;
    if (seen.has(node)) continue;
    seen.add(node);
    const inputs = inputsOf(node);
    if (inputs.every((input) => graph.constants.has(input))) by = node;
    waiting.push(...inputs);
  }
  return by && { by, constants: [...constants] };
}

/** @param names of the values of which one might hold the weights, none of them constant */
export function whyComputed(names: readonly string[], graph: Graph): string {
  const what = 'the weights are';
  const unfolded = names.flatMap((name) => unfoldedWeights(name, graph) ?? [])[0];
  if (unfolded) return `${what} computed by ${nodeText(unfolded.by)} from constants, which is not folded`;
  const name = names.at(-1) ?? '';
  const producer = producersOf(graph).get(name);
  if (producer) return `${what} computed at run time, by ${nodeText(producer)}`;
  const isInput = graph.inputs.some((input) => input.name === name);
  return isInput ? `${what} fed as the input '${name}'` : `${what} computed at run time`;
}

function nodeText({ origin }: Node): string {
  return `${origin.op} '${layerName(origin)}'`;
}

/** Looked up for every layer of a graph, and made once: a graph does not change. */
const known = new WeakMap<Graph, ReadonlyMap<string, Node>>();

function producersOf(graph: Graph): ReadonlyMap<string, Node> {
  const producers =
    known.get(graph) ?? new Map(graph.nodes.flatMap((node) => outputsOf(node).map((name) => [name, node])));
  known.set(graph, producers);
  return producers;
}
