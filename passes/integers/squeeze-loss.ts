/**
 * What larger steps of integers cost a layer: the energy that rounding adds to the errors of its outputs, of that of the outputs.
 * Rounding errs by step^2 / 12 times the variance of the row's input.
 */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { sumOf } from '../../src/math/sum.ts';
import { inputsOf, variancesOf } from '../map/input-variances.ts';
import { outputVariance } from '../map/output-variance.ts';

const columnsUsed = 32;

/** @param records of every use of the layer */
export function squeezeLoss(
  { node }: SlicedLayer,
  { node: squeezed }: SlicedLayer,
  records: readonly LayerRecord[],
): number {
  if (node === squeezed) return 0;
  const { groups, rows, columns, integers } = node;
  const width = groups * rows;
  const inputs = inputsOf(records, width);
  const variances = variancesOf([inputs], width);
  const weights = new Float64Array(rows);
  let [signal, added] = [0, 0];
  for (const output of evenlySpread(groups * columns, columnsUsed)) {
    const [group, column] = [Math.floor(output / columns), output % columns];
    const first = group * rows;
    for (let row = 0; row < rows; row++) weights[row] = integers[(first + row) * columns + column]!;
    const [before, after] = [node.scales[output]! ** 2, squeezed.scales[output]! ** 2];
    signal += before * outputVariance(inputs, width, first, weights);
    added += ((after - before) / 12) * sumOf(variances.subarray(first, first + rows));
  }
  return signal > 0 ? added / signal : 0;
}
