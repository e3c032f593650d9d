/** A graph -> the same with a name for every node: `OP_INDEX` where the model gives none, and no name twice. */
import { freshNames } from '../ir/graph.ts';
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
