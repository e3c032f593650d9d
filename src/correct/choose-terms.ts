/**
 * Which layers' corrections add sums of their inputs: those that take most error away per digital multiplication, up to a
 * bound for the whole network. A layer's error counts in shares of its own signal.
 *
 * A layer of which a share of the multiplications were digital would lose as large a share of its error. A sum has to be worth
 * more: otherwise layers that stay digital are the better remedy.
 */
import type { ColumnCorrection } from '../column-correction.ts';
import { sumOf } from '../math/sum.ts';
import type { FittedCorrection, FittedLayer } from './fit-layer.ts';

/** Share of a layer's error that a sum takes away, at least, over its share of the layer's multiplications. */
export const worthwhile = 2;

/** Most digital multiplications of all sums together, as a share of those of the crossbar layers. */
export const mostDigital = 0.05;

/** A better way of correcting a layer than the one that it has. */
interface Step {
  readonly layer: number;
  readonly way: FittedCorrection;
  /** Error that it takes away, as a share of the layer's signal. */
  readonly gain: number;
  /** Digital multiplications that it adds. */
  readonly cost: number;
}

/** The correction of every layer. */
export function chooseTerms(layers: readonly FittedLayer[]): readonly ColumnCorrection[] {
  const most = mostDigital * sumOf(layers.map(({ multiplications }) => multiplications));
  const taken = layers.map(({ ways }): FittedCorrection => ways[0]);
  const errorOf = (layer: number, { noise }: FittedCorrection) => noise / layers[layer]!.signal;
  let digital = 0;
  for (;;) {
    const steps = layers.flatMap(({ ways }, layer) =>
      ways.map((way): Step => {
        const now = taken[layer]!;
        const gain = errorOf(layer, now) - errorOf(layer, way);
        return { layer, way, gain, cost: way.multiplications - now.multiplications };
      }),
    );
    const pays = ({ layer, gain, cost }: Step) => {
      const { ways, multiplications } = layers[layer]!;
      const share = gain / errorOf(layer, ways[0]);
      return share > 0 && share >= (worthwhile * cost) / multiplications && digital + cost <= most;
    };
    const worth = ({ gain, cost }: Step) => gain / Math.max(cost, Number.MIN_VALUE);
    const [best] = steps.filter(pays).sort((a, b) => worth(b) - worth(a));
    if (!best) return taken.map(({ correction }) => correction);
    taken[best.layer] = best.way;
    digital += best.cost;
  }
}
