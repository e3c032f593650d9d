/**
 * Cuts a lowered graph into pieces whose constants fit into a given number of bytes, so that a network larger than
 * memory runs piece after piece.
 */
import { type Graph, inputsOf, type Node, outputsOf } from '../ir/graph.ts';
import { byteLengthOf, type Tensor } from '../math/tensor.ts';

/** Neighbouring nodes of a graph, with the values that go in and out. */
export interface Piece {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Values from the graph's inputs or from earlier pieces. */
  readonly inputs: readonly string[];
  /** Values that later pieces read, and outputs of the graph. */
  readonly outputs: readonly string[];
}

/** @returns one piece for a graph that fits; a node whose own constants are larger is a piece of its own */
export function cutGraph(graph: Graph, limit: number): Piece[] {
  const spans: Node[][] = [];
  let used = new Set<string>();
  let bytes = 0;
  for (const node of graph.nodes) {
    const own = new Set(inputsOf(node).filter((name) => graph.constants.has(name)));
    const added = sum([...own].filter((name) => !used.has(name)).map((name) => sizeIn(graph, name)));
    if (spans.length === 0 || (added > 0 && bytes + added > limit)) {
      spans.push([]);
      used = new Set();
      bytes = sum([...own].map((name) => sizeIn(graph, name)));
    } else bytes += added;
    for (const name of own) used.add(name);
    spans.at(-1)!.push(node);
  }
  return spans.map((nodes, at) => pieceOf(graph, nodes, spans.slice(at + 1)));
}

function pieceOf(graph: Graph, nodes: readonly Node[], later: readonly (readonly Node[])[]): Piece {
  const made = new Set(nodes.flatMap(outputsOf));
  const read = [...new Set(nodes.flatMap(inputsOf))];
  const wanted = new Set([...later.flat().flatMap(inputsOf), ...graph.outputs.map((o) => o.name)]);
  const given = read.filter((name) => !made.has(name));
  return {
    nodes,
    constants: new Map(given.flatMap((name) => entryOf(graph, name))),
    inputs: given.filter((name) => !graph.constants.has(name)),
    outputs: [...made].filter((name) => wanted.has(name)),
  };
}

function entryOf({ constants }: Graph, name: string): [string, Tensor][] {
  const tensor = constants.get(name);
  return tensor ? [[name, tensor]] : [];
}

function sizeIn({ constants }: Graph, name: string): number {
  return byteLengthOf(constants.get(name)!);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
