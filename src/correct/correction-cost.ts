/** A chip's corrections -> the digital work that they add to an inference. */
import type { Calibration, CorrectionCost } from '../column-correction.ts';
import { sumOf } from '../math/sum.ts';
import type { Package } from '../package/open.ts';
import { multiplicationsOf } from './input-sums.ts';

/** Gains and biases count nothing: digital programs scale every output and add to it anyway. */
export function correctionCost(
  { layers, record }: Pick<Package, 'layers' | 'record'>,
  calibration: Calibration | undefined,
): CorrectionCost {
  const positions = layers.map(({ output }) => record.layers.get(output)?.positions ?? 0);
  const added = layers.map((layer, i) => {
    const terms = calibration?.columns.get(layer.output)?.terms;
    return terms ? positions[i]! * multiplicationsOf(layer, terms) : 0;
  });
  const own = layers.map(({ groups, rows, columns }, i) => positions[i]! * groups * rows * columns);
  const multiplications = sumOf(added);
  return {
    layers: added.filter((more) => more > 0).length,
    multiplications,
    share: multiplications / Math.max(1, sumOf(own)),
  };
}
