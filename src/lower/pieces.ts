/**
 * Cuts a graph into pieces that run one after the other: such that their constants fit into a given number of bytes, so that a
 * network larger than memory runs, or such that each ends with a value that is looked at before the next begins.
 */
import { type Graph, inputsOf, type Node, outputsOf, type ValueInfo } from '../ir/graph.ts';
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
  const size = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + byteLengthOf(graph.constants.get(name)!), 0);
  for (const node of graph.nodes) {
    const own = new Set(inputsOf(node).filter((name) => graph.constants.has(name)));
    const added = size([...own].filter((name) => !used.has(name)));
    if (spans.length === 0 || (added > 0 && bytes + added > limit)) {
      spans.push([]);
      used = new Set();
      bytes = size([...own]);
    } else bytes += added;
    for (const name of own) used.add(name);
    spans.at(-1)!.push(node);
  }
  return spans.map((nodes, at) => pieceOf(graph, nodes, spans.slice(at + 1)));
}

/** @returns as many pieces as there are values, each of which ends with one of them; without what comes after the last */
export function cutAfter(graph: Graph, values: readonly string[]): Piece[] {
  const ends = new Set(values);
  const spans: Node[][] = [[]];
  for (const node of graph.nodes) {
    spans.at(-1)!.push(node);
    if (outputsOf(node).some((name) => ends.has(name))) spans.push([]);
  }
  const outputs = values.map((name): ValueInfo => ({ name, elementType: 0, dims: undefined }));
  const kept = spans.slice(0, -1);
  return kept.map((nodes, at) => pieceOf({ ...graph, outputs }, nodes, kept.slice(at + 1)));
}

function pieceOf(graph: Graph, nodes: readonly Node[], later: readonly (readonly Node[])[]): Piece {
  const made = new Set(nodes.flatMap(outputsOf));
  const read = [...new Set(nodes.flatMap(inputsOf))];
  const wanted = new Set([...later.flat().flatMap(inputsOf), ...graph.outputs.map((o) => o.name)]);
  const given = read.filter((name) => !made.has(name));
  const stored = given.filter((name) => graph.constants.has(name));
  return {
    nodes,
    constants: new Map(stored.map((name) => [name, graph.constants.get(name)!])),
    inputs: given.filter((name) => !graph.constants.has(name)),
    outputs: [...made].filter((name) => wanted.has(name)),
  };
}
