/** A layer, and integers of another range for it -> what rounding to these errs by. */
import { drivenBy } from '../../passes/map/groups-at-once.ts';
import { outputVariance } from '../../passes/map/output-variance.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import type { SlicedLayer } from '../ir/mapping.ts';
import { evenlySpread } from '../math/evenly-spread.ts';

/** Outputs that are looked at. */
const outputsUsed = 32;

/** Variance of the error over that of the outputs, over some of them and the calibration vectors. */
export function roundedShare(
  layer: SlicedLayer,
  rounded: QuantizedMvmNode,
  record: CalibrationRecord,
): number {
  const { groups, rows, columns, integers, scales } = layer.node;
  const inputs = drivenBy(layer, record);
  const width = groups * rows;
  const [wanted, errors] = [new Float64Array(rows), new Float64Array(rows)];
  let [signal, noise] = [0, 0];
  for (const output of evenlySpread(groups * columns, outputsUsed)) {
    const first = Math.floor(output / columns) * rows;
    for (let row = 0; row < rows; row++) {
      const at = (first + row) * columns + (output % columns);
      wanted[row] = integers[at]! * scales[output]!;
      errors[row] = rounded.integers[at]! * rounded.scales[output]! - wanted[row]!;
    }
    signal += outputVariance(inputs, width, first, wanted);
    noise += outputVariance(inputs, width, first, errors);
  }
  return signal > 0 ? noise / signal : 0;
}
