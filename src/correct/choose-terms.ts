/**
 * Which layers' corrections add sums of their inputs: those that take most error away per digital multiplication, as long as
 * they are worth more than computing layers digitally, and up to a bound.
 *
 * What a layer errs counts in shares of its own signal, and that of a network is the sum over its layers.
 */
import type { ColumnCorrection } from '../column-correction.ts';
import { decibels } from '../math/decibels.ts';
import { sumOf } from '../math/sum.ts';
import type { FittedCorrection, FittedLayer } from './fit-layer.ts';

/** What a percent of the network's multiplications has to take off its error (dB): about what digital layers do. */
export const worthwhile = 1;

/** Most digital multiplications of all sums together, as a share of those of the crossbar layers. */
export const mostDigital = 0.05;

/** A better way of correcting a layer than the one that it has. */
interface Step {
  readonly layer: number;
  readonly way: FittedCorrection;
  /** Error that it takes away, and share of the multiplications that it adds. */
  readonly gain: number;
  readonly cost: number;
}

/** The correction of every layer. */
export function chooseTerms(layers: readonly FittedLayer[]): readonly ColumnCorrection[] {
  const total = sumOf(layers.map(({ multiplications }) => multiplications));
  const taken = layers.map(({ ways }): FittedCorrection => ways[0]);
  const errorOf = (layer: number, { noise }: FittedCorrection) => {
    const { signal } = layers[layer]!;
    return signal > 0 ? noise / signal : 0;
  };
  let error = sumOf(taken.map((way, layer) => errorOf(layer, way)));
  let digital = 0;
  for (;;) {
    const steps = layers.flatMap(({ ways }, layer) =>
      ways.map((way): Step => {
        const now = taken[layer]!;
        const gain = errorOf(layer, now) - errorOf(layer, way);
        return { layer, way, gain, cost: (way.multiplications - now.multiplications) / total };
      }),
    );
    const pays = ({ gain, cost }: Step) =>
      gain > 0 &&
      digital + cost <= mostDigital &&
      decibels(error / Math.max(0, error - gain)) >= worthwhile * 100 * cost;
    const worth = ({ gain, cost }: Step) => gain / Math.max(cost, Number.MIN_VALUE);
    const [best] = steps.filter(pays).sort((a, b) => worth(b) - worth(a));
    if (!best) return taken.map(({ correction }) => correction);
    taken[best.layer] = best.way;
    error -= best.gain;
    digital += best.cost;
  }
}
