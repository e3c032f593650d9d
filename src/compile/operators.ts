/**
 * What happens to every node of a model: the table that `ops` prints. It runs the compiler's own passes, so that it
 * cannot disagree with them.
 */

import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { describeOrigin, type Graph, type Origin } from '../ir/graph.ts';
import { inferDims } from '../onnx/dims.ts';
import { decide } from '../onnx/rules.ts';

export interface OperatorListing {
  readonly origin: Origin;
  /** Whether its weights go to a crossbar, as a layer or folded into one. */
  readonly crossbar: boolean;
  /** What decided, in words. */
  readonly rule: string;
}

/**
 * @param graph as it was read
 * @param keepDigital layers that the options keep digital
 * @returns one entry per node, in the order of the graph
 */
export function listOperators(
  graph: Graph,
  keepDigital: (origin: Origin) => boolean = () => false,
): readonly OperatorListing[] {
  const folded = foldConstants.run(graph);
  const dims = inferDims(folded);
  const listed = new Map<number, OperatorListing>();
  for (const node of folded.nodes) {
    if (node.kind !== 'onnx') continue;
    const decision = decide(node, folded, dims);
    const kept = decision.crossbar && keepDigital(node.origin);
    listed.set(node.origin.index, { origin: node.origin, ...(kept ? keptDigital : decision) });
  }
  for (const [origin, layer] of foldedInto(folded, listed, keepDigital)) {
    listed.set(origin.index, { origin, crossbar: true, rule: `folded into ${describeOrigin(layer)}` });
  }
  return graph.nodes.map(({ origin }) => listed.get(origin.index) ?? removed(origin));
}

const keptDigital = { crossbar: false, rule: 'digital: the options keep it digital' };

function removed(origin: Origin): OperatorListing {
  const rule =
    origin.op === 'Constant'
      ? 'folded: a constant'
      : origin.op === 'Identity' || origin.op === 'Dropout'
        ? 'removed: it does nothing in inference'
        : 'folded: all its inputs are constant';
  return { origin, crossbar: false, rule };
}

/** Pairs of a node that became part of a layer, and the layer. */
function foldedInto(
  graph: Graph,
  listed: ReadonlyMap<number, OperatorListing>,
  keepDigital: (origin: Origin) => boolean,
): readonly (readonly [Origin, Origin])[] {
  if (![...listed.values()].some((l) => l.crossbar)) return [];
  const plain = decomposeLayers.run(graph, { keepDigital });
  const lowered = foldBatchNorm.run(
    lowerLinear.run(plain, { file: graph.name, keepDigital, unchecked: true }),
  );
  return lowered.nodes.flatMap((node) =>
    node.kind === 'mvm' ? node.folded.map((o) => [o, node.origin] as const) : [],
  );
}
