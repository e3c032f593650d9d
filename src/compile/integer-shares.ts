/** A layer in integers -> what rounding weights and inputs to these is expected to err by, at its outputs. */
import { drivenBy } from '../../passes/map/groups-at-once.ts';
import { variancesOf } from '../../passes/map/input-variances.ts';
import { outputVariance } from '../../passes/map/output-variance.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { SlicedLayer } from '../ir/mapping.ts';
import { evenlySpread } from '../math/evenly-spread.ts';

/** Outputs that are looked at. */
const outputsUsed = 32;

/** Variance of what is rounded off, in steps squared, where all of it is as likely. */
const ofStep = 1 / 12;

/** Variances of the errors over that of the outputs. */
export interface IntegerShares {
  /** Of weights that are rounded to their nearest; rounding with error feedback leaves less. */
  readonly weights: number;
  readonly inputs: number;
}

export function integerShares(layer: SlicedLayer, record: CalibrationRecord): IntegerShares {
  const { groups, rows, columns, integers, scales } = layer.node;
  const inputs = drivenBy(layer, record);
  const width = groups * rows;
  const variances = variancesOf([inputs], width);
  const ofRows = new Float64Array(rows);
  let [signal, ofWeights, ofInputs] = [0, 0, 0];
  for (const output of evenlySpread(groups * columns, outputsUsed)) {
    const first = Math.floor(output / columns) * rows;
    const scale = scales[output]! ** 2;
    for (let row = 0; row < rows; row++) {
      const weight = integers[(first + row) * columns + (output % columns)]!;
      ofWeights += scale * variances[first + row]! * ofStep;
      ofInputs += scale * weight ** 2 * ofStep;
      ofRows[row] = weight;
    }
    signal += scale * outputVariance(inputs, width, first, ofRows);
  }
  return signal > 0 ? { weights: ofWeights / signal, inputs: ofInputs / signal } : { weights: 0, inputs: 0 };
}
