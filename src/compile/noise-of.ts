/** What cells are expected to hold instead of a layer's integers, for layers whose weights are refitted to it. */
import { integerNoise } from '../../passes/integers/integer-noise.ts';
import type { IntegerNoise } from '../../passes/integers/refit-column.ts';
import { readingSigma } from '../chip/expected-reading.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import type { MvmNode } from '../ir/graph.ts';
import type { Calibrated, Integers } from './artefacts.ts';
import { settledChoiceOf } from './choices.ts';
import { usualTime } from './usual-readings.ts';

/** @returns undefined where weights stay as they are */
export function noiseOf(
  have: Calibrated & Pick<Integers, 'encodings' | 'stored'>,
): ((node: MvmNode, weightMax: number) => IntegerNoise) | undefined {
  const { options, target, record } = have;
  if (!options.weightRefit || isMadeUp(record)) return undefined;
  const sigmaOf = readingSigma(target, usualTime);
  const choice = settledChoiceOf(have);
  return (node, weightMax) => integerNoise(target, choice(node), weightMax, sigmaOf);
}
