/** One chip of a verification -> all that its figures follow from, as plain data: what a store keeps them under. */
import { serialize } from 'node:v8';
import type { Chip } from '../chip/chip.ts';
import { defaultCorrection } from '../column-correction.ts';
import { sha256 } from '../files/hash.ts';
import type { Package } from '../package/open.ts';
import { isAccelerator } from '../runtime/device.ts';
import type { Condition } from './conditions.ts';
import { compensationOf, type VerifyOptions } from './options.ts';
import type { ImageRun } from './run-images.ts';

interface Given {
  readonly images: ImageRun;
  readonly conditions: readonly Condition[];
  readonly options: VerifyOptions;
}

/**
 * @param own package that the chip is programmed from
 * @param chip or the seed with which it is programmed
 */
export function trialContent(
  own: Package,
  chip: Chip | number,
  { images, conditions, options }: Given,
): object {
  const { dataset, plan } = images;
  const { calibrate = true, correction = defaultCorrection, wires } = options;
  const { calibratedAt, noise = true, noiseStates, layers = true, rewrite } = options;
  return {
    package: own.manifest.sha256,
    chip: typeof chip === 'number' ? { seed: chip, calibrate, wires, rewrite } : sha256(serialize(chip)),
    ...{ conditions, compensate: compensationOf(options), calibratedAt, correction },
    ...{ noise, noiseStates, layers },
    ...(isAccelerator(options.device) && { device: options.device }),
    images: {
      samples: plan.hashes,
      // They key the noise of readings.
      indices: plan.indices,
      preprocessing: dataset.preprocessing,
      output: plan.output,
      targets: plan.targets && [...plan.targets],
      batchSize: plan.batchSize,
      metric: plan.metric && { ...plan.metric, truth: 'truth' in plan.metric && [...plan.metric.truth] },
    },
  };
}
