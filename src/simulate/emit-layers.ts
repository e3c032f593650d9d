/** A chip as it was read and corrected -> how each of its layers is emitted. */
import type { ReadArrays } from '../chip/read.ts';
import type { Corrections } from '../correct/compensate.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type LowerOptions, lowerCrossbar } from '../lower/crossbar.ts';
import type { Emitter } from '../lower/emit.ts';
import { foldLayer } from '../lower/fold.ts';
import { withGain } from '../lower/whole.ts';
import { noiseOf } from './noise-pools.ts';

/** Emits a layer. @returns as `lowerCrossbar` does */
export type EmitLayer = (
  emit: Emitter,
  layer: CrossbarLayer,
  options?: Pick<LowerOptions, 'bitSerial' | 'saturation' | 'stacked'>,
) => readonly string[];

/** With read noise where the arrays have any: the graph then needs what `withPools` adds. */
export function layersOf(arrays: ReadArrays, { calibration, gain }: Corrections): EmitLayer {
  const noise = noiseOf(arrays);
  return (emit, layer, options = {}) =>
    lowerCrossbar(emit, layer, withGain(foldLayer(layer, arrays), gain), {
      ...options,
      calibration: calibration?.columns.get(layer.output),
      noise,
    });
}
