/** A layer, and integers of another range for it -> what rounding to these errs by. */
import { drivenBy } from '../../passes/map/groups-at-once.ts';
import { variancesOf } from '../../passes/map/input-variances.ts';
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
  const outputs = new Float64Array(inputs.length / width);
  const errors = new Float64Array(outputs.length);
  let [signal, noise] = [0, 0];
  for (const output of evenlySpread(groups * columns, outputsUsed)) {
    const group = Math.floor(output / columns);
    outputs.fill(0);
    errors.fill(0);
    for (let row = 0; row < rows; row++) {
      const at = (group * rows + row) * columns + (output % columns);
      const wanted = integers[at]! * scales[output]!;
      const error = rounded.integers[at]! * rounded.scales[output]! - wanted;
      for (let v = 0; v < outputs.length; v++) {
        const input = inputs[v * width + group * rows + row]!;
        outputs[v]! += wanted * input;
        errors[v]! += error * input;
      }
    }
    signal += variancesOf([outputs], 1)[0]!;
    noise += variancesOf([errors], 1)[0]!;
  }
  return signal > 0 ? noise / signal : 0;
}
