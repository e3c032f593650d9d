/** Who reads which value. */
import { type Graph, inputsOf } from './graph.ts';

/** How often each value is read, by nodes (their subgraphs included) and as an output of the graph. */
export function countUses(graph: Graph): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const read = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) inputsOf(node).forEach(read);
  for (const output of graph.outputs) read(output.name);
  return uses;
}

/** The graph without the constants that nothing reads. */
export function dropUnusedConstants(graph: Graph): Graph {
  const uses = countUses(graph);
  return { ...graph, constants: new Map([...graph.constants].filter(([name]) => uses.has(name))) };
}
