/**
 * The operator table: which nodes become crossbar layers, and the rule that decided, in the user's words. `ops` prints
 * these rules and the passes follow them. Weights are judged after constant folding.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { decideComposite } from './composite.ts';
import { type Decision, digital } from './decision.ts';
import { whyDigital } from './digital-operators.ts';
import type { Dims } from './dims-known.ts';
import { whyInnerDigital } from './inner-weights.ts';
import { decideLinear } from './linear-rules.ts';
import { whyRuntimeOperator } from './runtime-operators.ts';

/** @param dims of values that are not constant, as far as they are known, for the operators whose rewriting needs them */
export function decide(node: OnnxNode, graph: Graph, dims: Dims = new Map()): Decision {
  const reason = whyRuntimeOperator(node) ?? whyInnerDigital(node, graph);
  if (reason) return digital(reason);
  const decision = decideKnown(node, graph, dims);
  const unfolded = decision.crossbar ? undefined : whyUnfolded(node, graph);
  return unfolded ? digital(unfolded) : decision;
}

/** Why what the node makes, or reads, is no constant although it depends on constants alone. */
function whyUnfolded({ inputs, outputs }: OnnxNode, { unfolded }: Graph): string | undefined {
  const own = outputs.find((name) => unfolded?.has(name));
  if (own !== undefined) return `all its inputs are constant, but ${unfolded!.get(own)}`;
  const read = inputs.find((name) => unfolded?.has(name));
  return read === undefined ? undefined : `'${read}' depends on constants alone, but ${unfolded!.get(read)}`;
}

function decideKnown(node: OnnxNode, graph: Graph, dims: Dims): Decision {
  return (
    decideComposite(node, graph, dims) ?? decideLinear(node, graph, dims) ?? digital(whyDigital(node.op))
  );
}
