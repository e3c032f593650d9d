/** A graph -> the same with a name for every node: `OP_INDEX` where the model gives none, and no name twice. */
import type { GraphProto } from './proto.ts';

/** Patterns, tables and messages name nodes by these. */
export function nameNodes(graph: GraphProto): GraphProto {
  const nodes = graph.node ?? [];
  const taken = new Set(nodes.flatMap(({ name }) => name || []));
  const fresh = freshNames(taken);
  const node = nodes.map((one, index) =>
    one.name ? one : { ...one, name: fresh(`${one.opType}_${index}`) },
  );
  return { ...graph, node };
}

/** Makes names that are not taken yet: the wanted one, or with a number behind it. @param taken gets them */
export function freshNames(taken: Set<string>): (wanted: string) => string {
  const counts = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    for (let n = counts.get(wanted) ?? 1; taken.has(name); n++) {
      name = `${wanted}-${n}`;
      counts.set(wanted, n + 1);
    }
    taken.add(name);
    return name;
  };
}
