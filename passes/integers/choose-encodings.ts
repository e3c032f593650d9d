/**
 * Chooses the encoding of every layer whose options say `auto`: the encoding with fewer cells, unless its errors are
 * expected to be more than 1 dB larger than those of the other, and more than twice those of rounding the weights alone.
 * Layers that share a matrix are encoded alike.
 */
import type { CalibrationRecord } from '../../src/ir/calibration-record.ts';
import type { EncodingChoice, EncodingEstimate } from '../../src/ir/encoding-choice.ts';
import type { Graph, MvmNode } from '../../src/ir/graph.ts';
import type { Encoding } from '../../src/ir/mapping.ts';
import type { Choice } from '../../src/ir/options.ts';
import type { Target } from '../../src/target/target.ts';
import { digitMax } from '../map/slice-weights.ts';
import { type EstimateContext, estimateEncoding, sampleMatrix } from './expected-noise.ts';

interface EncodingContext extends EstimateContext {
  readonly record: CalibrationRecord;
  readonly choiceOf: (node: MvmNode) => Choice;
}

/** Error that fewer cells are worth (dB). */
const worthwhile = 1;

export const chooseEncodings = {
  name: 'choose-encodings',
  /** @returns by the layer's output value, for the layers that leave the choice open */
  run({ nodes }: Pick<Graph, 'nodes'>, context: EncodingContext): ReadonlyMap<string, EncodingChoice> {
    const chosen = new Map<string, EncodingChoice>();
    const layers = nodes.filter((node) => node.kind === 'mvm');
    const open = layers.filter((node) => context.choiceOf(node).encoding === 'auto');
    for (const node of open) {
      if (chosen.has(node.output)) continue;
      const key = JSON.stringify(context.choiceOf(node));
      const uses = open.filter(
        (other) => other.weights === node.weights && JSON.stringify(context.choiceOf(other)) === key,
      );
      const choice = chooseFor(uses, context);
      for (const { output } of uses) chosen.set(output, choice);
    }
    return chosen;
  },
};

/** @param uses nodes of one matrix, one or more */
function chooseFor(uses: readonly MvmNode[], context: EncodingContext): EncodingChoice {
  const { record, target, choiceOf } = context;
  const node = uses[0]!;
  const choice = choiceOf(node);
  const obstacle = offsetObstacle(choice, target);
  const records = uses.flatMap(({ output }) => record.layers.get(output) ?? []);
  if (obstacle || records.length === 0)
    return { encoding: 'differential', reason: obstacle ?? 'no record of its inputs', estimates: {} };
  const sample = sampleMatrix(node, records);
  const estimate = (encoding: Encoding) => estimateEncoding(sample, { ...choice, encoding }, context);
  return decide(estimate('differential'), estimate('offset'));
}

/** Why a layer cannot lie beside a reference column; undefined where it can. */
function offsetObstacle({ residual }: Choice, { cell, hidden }: Target): string | undefined {
  if (hidden) return 'hidden weights have a sign';
  if (digitMax(cell, 'offset') === 0) return `${cell.levels} levels hold no sign`;
  return residual ? 'residual programming reads pairs back' : undefined;
}

/** The rule at the top of the file. */
export function decide(differential: EncodingEstimate, offset: EncodingEstimate): EncodingChoice {
  const estimates = { differential, offset };
  if (offset.cells >= differential.cells)
    return { encoding: 'differential', reason: 'a reference column saves no cells', estimates };
  const excess = differential.snr - offset.snr;
  const twiceRounding = differential.roundingSnr - 10 * Math.log10(2);
  if (excess > worthwhile && offset.snr < twiceRounding)
    return { encoding: 'differential', reason: `offset: ${excess.toFixed(1)} dB more error`, estimates };
  const share = Math.round((100 * offset.cells) / differential.cells);
  const price = excess > 0 ? `, ${excess.toFixed(1)} dB more error` : '';
  return { encoding: 'offset', reason: `${share} % of the cells${price}`, estimates };
}
