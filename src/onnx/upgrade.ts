/**
 * A Graph of opset 6 to 20 -> the same function in opset 21, node by node, after the ONNX operator changelog. What
 * runs a graph may then add operators of opset 21 beside the model's own. Operators of other domains, and operators
 * that ONNX does not know, stay as they are.
 */

import { subgraphOpset } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { describeOrigin, type Graph, type OnnxNode } from '../ir/graph.ts';
import { subgraphsOf } from './attributes.ts';
import { attributeCodec, type NodeProto } from './proto.ts';
import { rewriterOf, type Upgraded } from './upgrade-rewrite.ts';
import { upgradeRule } from './upgrade-rules.ts';

const upgradedOpset = 21;
/** The first IR version that may import opset 21; opset 22 needs no other. */
const upgradedIrVersion = 10;

/**
 * Origins stay; a helper node has the origin of the node that it serves, with `/what` after its name.
 * @returns a graph of opset 21, or `graph` itself where it is at 21 or later
 * Raises a DiagnosticError where a node has no equal in opset 21, or where a subgraph holds operators that would have to be
 * rewritten.
 */
export function upgradeOpset(graph: Graph): Graph {
  const opset = graph.opsets['']!;
  if (opset >= upgradedOpset) return graph;
  const into: Upgraded = { nodes: [], constants: new Map(graph.constants), problems: [] };
  const rewrite = rewriterOf(graph, into);
  for (const node of graph.nodes) {
    if (node.kind !== 'onnx') {
      into.nodes.push(node);
      continue;
    }
    into.problems.push(...checkSubgraphs(node, opset));
    const rule = node.domain === '' ? upgradeRule(node.op, opset) : undefined;
    if (rule) rule.rewrite(rewrite(node));
    else into.nodes.push(node);
  }
  raise(into.problems);
  return {
    ...graph,
    irVersion: Math.max(upgradedIrVersion, graph.irVersion),
    opsets: { ...graph.opsets, '': upgradedOpset },
    nodes: into.nodes,
    constants: into.constants,
  };
}

/** Subgraphs are carried, never rewritten: they may only hold what opset 21 means the same by. */
function checkSubgraphs(node: OnnxNode, opset: number): Diagnostic[] {
  const protos = Object.values(node.attributes).flatMap((a) =>
    a.type === 'opaque' ? attributeCodec.decode(a.value) : [],
  );
  const old = oldOperators(
    protos.flatMap(subgraphsOf).flatMap((g) => g.node ?? []),
    opset,
  );
  return old.length > 0 ? [subgraphOpset(describeOrigin(node.origin), opset, old)] : [];
}

/** The operators among `nodes`, at any depth, that a rule would rewrite. */
function oldOperators(nodes: readonly NodeProto[], opset: number): readonly string[] {
  const found = nodes.flatMap((node): readonly string[] => {
    const op = node.opType ?? '';
    const inner = (node.attribute ?? []).flatMap(subgraphsOf).flatMap((g) => g.node ?? []);
    const isOld = (node.domain ?? '') === '' && upgradeRule(op, opset) !== undefined;
    return [...(isOld ? [op] : []), ...oldOperators(inner, opset)];
  });
  return [...new Set(found)];
}
