/**
 * Puts nodes into topological order: the file's order where it already is one, else sweeps over the
 * file that take every node whose inputs are all there.
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
  const needs = nodes.map((node) => new Set(inputsOf(node).flatMap((name) => producer.get(name) ?? [])));
  if (needs.every((set, i) => [...set].every((j) => j < i))) return nodes;
  const done = new Set<number>();
  const sorted: T[] = [];
  for (let progress = true; progress; ) {
    progress = false;
    nodes.forEach((node, i) => {
      if (done.has(i) || ![...needs[i]!].every((j) => done.has(j))) return;
      done.add(i);
      sorted.push(node);
      progress = true;
    });
  }
  return sorted.length === nodes.length ? sorted : undefined;
}
