/**
 * What a layer measures and what it should -> gain and bias of every column, by least squares: shifted means and gains are
 * repaired, which hurt accuracy first.
 */
import { type ColumnCorrection, gainLimit } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';

/** Per column, the gain and bias that bring the measured outputs closest to the expected ones. */
export function fitColumns(
  layer: Pick<CrossbarLayer, 'groups' | 'columns'>,
  measured: ArrayLike<number>,
  wanted: ArrayLike<number>,
): ColumnCorrection {
  const outputs = layer.groups * layer.columns;
  const count = measured.length / outputs;
  const gain = new Float32Array(outputs).fill(1);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let meanX = 0;
    let meanY = 0;
    for (let v = 0; v < count; v++) {
      meanX += measured[v * outputs + o]! / count;
      meanY += wanted[v * outputs + o]! / count;
    }
    let xx = 0;
    let xy = 0;
    for (let v = 0; v < count; v++) {
      const x = measured[v * outputs + o]! - meanX;
      xx += x * x;
      xy += x * (wanted[v * outputs + o]! - meanY);
    }
    // A column that hardly responds, or responds the wrong way round, tells nothing about its gain.
    if (xx > 0 && xy > 0) gain[o] = Math.min(gainLimit, Math.max(1 / gainLimit, xy / xx));
    bias[o] = meanY - gain[o]! * meanX;
  }
  return { gain, bias };
}
