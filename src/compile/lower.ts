/** The steps of lowering: a model as it was read -> a graph whose layers for crossbars are `mvm` nodes. */
import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { equalize } from '../../passes/lower/equalize.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import type { Graph } from '../ir/graph.ts';
import { upgradeOpset } from '../onnx/upgrade.ts';
import type { Source } from './artefacts.ts';
import { type Step, step, unless } from './step.ts';

interface GraphPass {
  readonly name: string;
  run(graph: Graph, context: Source): Graph;
}

const onGraph = (pass: GraphPass): Step<Source, { graph: Graph }> =>
  step(pass, (source) => ({ graph: pass.run(source.graph, source) }));

export const lowerSteps = {
  upgradeOpset: onGraph({ name: 'upgrade-opset', run: upgradeOpset }),
  foldConstants: onGraph(foldConstants),
  decomposeLayers: onGraph(decomposeLayers),
  lowerLinear: onGraph(lowerLinear),
  foldBatchNorm: onGraph(foldBatchNorm),
  equalize: unless(
    ({ options }) => (options.equalization ? undefined : 'without equalization'),
    onGraph(equalize),
  ),
};
