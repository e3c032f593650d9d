/**
 * Puts nodes into topological order: the file's order, but that a node comes after those whose outputs it reads. Takes
 * time in proportion to the nodes and their inputs, however they are ordered and however deep the graph is.
 */
import { inputsOf, type Node, outputsOf } from '../ir/graph.ts';

/**
 * @param available names that need no node: inputs and constants
 * @returns undefined if the nodes contain a cycle; inputs that nobody defines count as available
 */
export function sortNodes<T extends Node>(
  nodes: readonly T[],
  available: Iterable<string>,
): readonly T[] | undefined {
  const producer = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const name of outputsOf(node)) producer.set(name, i);
  });
  for (const name of available) producer.delete(name);
  const sorted: T[] = [];
  const state = new Uint8Array(nodes.length);
  /** Nodes that are begun, each read by the next but for the first, with what they need and have not asked for. */
  const begun: { readonly at: number; readonly needs: number[] }[] = [];
  const begin = (at: number) => {
    state[at] = started;
    begun.push({ at, needs: inputsOf(nodes[at]!).flatMap((name) => producer.get(name) ?? []) });
  };
  for (let first = 0; first < nodes.length; first++) {
    if (state[first] === untouched) begin(first);
    for (let top = begun.at(-1); top; top = begun.at(-1)) {
      const next = top.needs.pop();
      if (next === undefined) {
        sorted.push(nodes[top.at]!);
        state[top.at] = done;
        begun.pop();
      } else if (state[next] === started) return undefined;
      else if (state[next] === untouched) begin(next);
    }
  }
  return sorted;
}

const [untouched, started, done] = [0, 1, 2];
