/** The steps that make integers: calibrated layers in real numbers -> quantized layers, and how they go onto cells. */
import { chooseEncodings } from '../../passes/integers/choose-encodings.ts';
import { correctBiases } from '../../passes/integers/correct-biases.ts';
import { quantize } from '../../passes/integers/quantize.ts';
import type { Cut, Uncut } from '../../passes/map/cut.ts';
import { type SliceChoice, weightMax } from '../../passes/map/slice-weights.ts';
import { InternalError } from '../diagnostic.ts';
import type { MvmNode, QuantizedMvmNode } from '../ir/graph.ts';
import { choiceFor } from '../options.ts';
import type { Calibrated, Integers } from './artefacts.ts';
import { step, unless } from './step.ts';

export const integerSteps = {
  chooseEncodings: step(
    chooseEncodings,
    ({ real, cut, ...have }: Calibrated & { readonly cut: (uncut: Uncut) => Cut }) => ({
      encodings: chooseEncodings.run(
        real.nodes.filter((n) => n.kind === 'mvm'),
        {
          record: have.record,
          target: have.target,
          choiceOf: ({ origin }) => choiceFor(have.options, origin, have.target),
          weightBits: have.options.weightBits,
          cut,
        },
      ),
    }),
  ),
  quantize: step(quantize, async (have: Calibrated & Pick<Integers, 'encodings'>) => {
    const { real, record, target, options, pool } = have;
    const { weightBits, weightRounding: rounding } = options;
    const weightMaxOf = (node: MvmNode) => weightMax(target.cell, sliceChoiceOf(have, node), weightBits);
    return { graph: await quantize.run(real, { record, weightMaxOf, rounding, pool }) };
  }),
  correctBiases: unless(
    ({ options }) => (options.biasCorrection ? undefined : 'without bias correction'),
    step(correctBiases, ({ graph, record, real }: Integers) => ({
      graph: correctBiases.run(graph, { record, real }),
    })),
  ),
};

/** How a layer goes onto cells, its encoding settled. */
export function sliceChoiceOf(
  { options, target, encodings }: Pick<Integers, 'options' | 'target' | 'encodings'>,
  { origin, output }: MvmNode | QuantizedMvmNode,
): SliceChoice {
  const choice = choiceFor(options, origin, target);
  const encoding = choice.encoding === 'auto' ? encodings.get(output)?.encoding : choice.encoding;
  if (!encoding) throw new InternalError('compile', 'a layer without an encoding');
  return { ...choice, encoding };
}
