/**
 * Which layers a chip's corrections are expected to add the sum of the inputs to, as src/correct/choose-terms.ts chooses on programmed
 * chips: those where it takes away at least twice as large a share of the error as its share of the layer's multiplications is, from
 * what takes most per multiplication on, up to a share of the multiplications of all layers.
 */
import type { ExpectedError, ExpectedErrors } from './expected-signal.ts';

const worthwhile = 2;
const mostDigital = 0.05;

/** A layer with what its sum costs. */
export interface SumToChoose extends ExpectedErrors {
  /** Multiplications of the layer over those of its sum. */
  readonly rows: number;
  /** Of the sum, per inference. */
  readonly cost: number;
}

/** @param multiplications of all layers, per inference @returns the error of every layer */
export function chooseSums(layers: readonly SumToChoose[], multiplications: number): ExpectedError[] {
  const chosen = layers.map(({ without }) => without);
  const steps = layers
    .map((layer, index) => {
      const [before, after] = [calibrated(layer.without), calibrated(layer.withSum)];
      return {
        ...layer,
        index,
        before,
        gain: before - after,
        worth: (before - after) / layer.without.signal,
      };
    })
    .filter(({ gain, before, rows }) => gain > 0 && gain >= (worthwhile / rows) * before)
    .sort((a, b) => b.worth / b.cost - a.worth / a.cost);
  let digital = 0;
  for (const { index, withSum, cost } of steps) {
    if (digital + cost > mostDigital * multiplications) continue;
    chosen[index] = withSum;
    digital += cost;
  }
  return chosen;
}

/** What calibration finds, on average over readings. */
const calibrated = ({ noise, parts }: ExpectedError) => noise - parts.anew;
