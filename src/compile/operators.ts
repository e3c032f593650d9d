/** What happens to every node of a model: the table that `ops` prints, by the rules and by what lowering made of them. */
import { expandFused } from '../../passes/lower/expand-fused.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import type { OperatorListing } from '../ir/compiled.ts';
import { describeOrigin, type Graph, type Origin } from '../ir/graph.ts';
import { inferDims } from '../onnx/dims.ts';
import { decideLinear } from '../onnx/linear-rules.ts';
import { decide } from '../onnx/rules.ts';
import { lowerAsRead } from './stages.ts';

type Kept = (origin: Origin) => boolean;

/**
 * @param graph as it was read
 * @param keepDigital layers that the options keep digital
 * @returns one entry per node, in the order of the graph
 */
export function listOperators(graph: Graph, keepDigital: Kept = () => false): readonly OperatorListing[] {
  const source = { graph, file: graph.name, keepDigital, unchecked: true };
  return operatorsOf(graph, keepDigital, () => lowerAsRead(source).real);
}

/** The same of a model that is lowered. @param lowered asked for where some node maps */
export function operatorsOf(
  graph: Graph,
  keepDigital: Kept,
  lowered: () => Graph,
): readonly OperatorListing[] {
  const folded = expandFused.run(foldConstants.run(graph), { unchecked: true });
  const dims = inferDims(folded);
  const listed = new Map<number, OperatorListing>();
  for (const node of folded.nodes) {
    if (node.kind !== 'onnx') continue;
    // Of the operators that a fused one was written as, the product decides.
    if (listed.has(node.origin.index) && !decideLinear(node, folded, dims)) continue;
    const decision = decide(node, folded, dims);
    const kept = decision.crossbar && keepDigital(node.origin);
    listed.set(node.origin.index, { origin: node.origin, ...(kept ? keptDigital : decision) });
  }
  if ([...listed.values()].some(({ crossbar }) => crossbar))
    for (const [origin, layer] of foldedInto(lowered()))
      listed.set(origin.index, { origin, crossbar: true, rule: `folded into ${describeOrigin(layer)}` });
  return graph.nodes.map(({ origin }) => listed.get(origin.index) ?? removed(origin));
}

const keptDigital = { crossbar: false, rule: 'digital: the options keep it digital' };

function removed(origin: Origin): OperatorListing {
  const idle = origin.op === 'Identity' || origin.op === 'Dropout';
  const folded = `folded: ${origin.op === 'Constant' ? 'a constant' : 'all its inputs are constant'}`;
  return { origin, crossbar: false, rule: idle ? 'removed: it does nothing in inference' : folded };
}

/** Pairs of a node that became part of a layer, and the layer. */
function foldedInto({ nodes }: Graph): readonly (readonly [Origin, Origin])[] {
  return nodes.flatMap((node) =>
    node.kind === 'mvm' ? node.folded.map((o) => [o, node.origin] as const) : [],
  );
}
