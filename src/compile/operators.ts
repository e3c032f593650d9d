/** What happens to every node of a model: the table that `ops` prints, by the rules and by what lowering made of them. */
import { expandFused } from '../../passes/lower/expand-fused.ts';
import { type FoldContext, foldConstants } from '../../passes/lower/fold-constants.ts';
import type { OperatorListing } from '../ir/compiled.ts';
import { describeOrigin, type Graph, type Origin } from '../ir/graph.ts';
import type { DigitalWeights } from '../ir/summary.ts';
import { digitalWeights } from '../onnx/digital-weights.ts';
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
export function listOperators(
  graph: Graph,
  keepDigital: Kept = () => false,
): Promise<readonly OperatorListing[]> {
  const source = { graph, file: graph.name, keepDigital, unchecked: true };
  return operatorsOf(graph, {}, keepDigital, async () => (await lowerAsRead(source)).real);
}

/** The same of a model that is lowered. @param lowered asked for where some node maps */
export async function operatorsOf(
  graph: Graph,
  options: FoldContext,
  keepDigital: Kept,
  lowered: () => Promise<Graph>,
): Promise<readonly OperatorListing[]> {
  const unchecked = { ...options, unchecked: true } as const;
  const folded = expandFused.run(await foldConstants.run(graph, unchecked), unchecked);
  const dims = inferDims(folded);
  const listed = new Map<number, OperatorListing>();
  const counted = new Set<string>();
  for (const node of folded.nodes) {
    if (node.kind !== 'onnx') continue;
    // Of the operators that a fused one was written as, the product decides.
    if (listed.has(node.origin.index) && !decideLinear(node, folded, dims)) continue;
    const decision = decide(node, folded, dims);
    const kept = decision.crossbar && keepDigital(node.origin);
    const { crossbar, rule } = kept ? keptDigital : decision;
    const weights = crossbar ? 0 : countNew(digitalWeights(node, folded), counted);
    const held = weights > 0 ? { digitalWeights: weights } : {};
    listed.set(node.origin.index, { origin: node.origin, crossbar, rule, ...held });
  }
  if ([...listed.values()].some(({ crossbar }) => crossbar))
    for (const [origin, layer] of foldedInto(await lowered()))
      listed.set(origin.index, { origin, crossbar: true, rule: `folded into ${describeOrigin(layer)}` });
  return graph.nodes.map(({ origin }) => listed.get(origin.index) ?? removed(origin));
}

/** The nodes that keep weights digital. */
export function digitalIn(operators: readonly OperatorListing[]): DigitalWeights[] {
  return operators.flatMap(({ origin, rule, digitalWeights: weights }) =>
    weights === undefined ? [] : [{ origin, weights, reason: rule.replace('digital: ', '') }],
  );
}

/** @param counted names of the constants that are counted, and gets these */
function countNew(weights: ReadonlyMap<string, number>, counted: Set<string>): number {
  let count = 0;
  for (const [name, size] of weights) {
    if (!counted.has(name)) count += size;
    counted.add(name);
  }
  return count;
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
