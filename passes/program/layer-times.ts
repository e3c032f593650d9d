/** A mapping -> how long its layers take for what noise of readings is compared with. */
import type { CalibrationRecord } from '../../src/ir/calibration-record.ts';
import { conversionsInSequence, drivesOf } from '../../src/ir/conversions.ts';
import { blocksByLayer, type Mapping } from '../../src/ir/mapping.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';
import type { ReadingTimes } from './reading-noise.ts';

/** Images since the calibration, halfway through those of one state of slow noise in a verification. */
export const imagesSince = 16;

/** By layer, if layers are computed one after the other. */
export function layerTimes(
  mapping: Mapping,
  { target, record }: { readonly target: Target; readonly record: CalibrationRecord },
): readonly ReadingTimes[] {
  const blocks = blocksByLayer(mapping);
  const conversions = mapping.layers.map((layer, index) => {
    const own = blocks[index]!.map((number) => mapping.blocks[number]!);
    return target.adc.time * conversionsInSequence(layer, own, target.adc);
  });
  const image = sumOf(
    mapping.layers.map((layer, index) => conversions[index]! * drivesOf(layer, record, target.driver)),
  );
  return conversions.map((conversion) => withImage({ conversion }, image));
}

/** A layer's times where an image takes so many seconds. */
export function withImage({ conversion }: Pick<ReadingTimes, 'conversion'>, image: number): ReadingTimes {
  return { conversion, image, sinceCalibration: imagesSince * image };
}
