/**
 * 1/f noise of arrays -> that of one layer which is on them, split by how long the layer takes for a conversion, a product and
 * `sequenceLength` products, and by an image. What is slower than an image is in the conductances.
 */
import { conversionsInSequence } from '../ir/conversions.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { placementsOf } from '../ir/tiles.ts';
import { type Band, scalesBetween } from '../math/one-over-f.ts';
import { sumOf } from '../math/sum.ts';
import type { NoiseScales, ProgrammedArrays } from './folded.ts';
import { planesOf } from './planes.ts';

/** Products, one after the other, that have one sequence of 1/f noise: the longest of its time scales. */
export const sequenceLength = 256;

/** Seconds from one conversion of a column to its next, for all planes of a product, and for an image. */
export interface LayerTimes {
  readonly conversion: number;
  readonly product: number;
  readonly image: number;
}

export interface LayerNoise {
  /** Variances of the cells (S^2) by all scales, array by array; undefined for those that the layer is not on. */
  readonly densities: readonly (Float32Array | undefined)[];
  readonly shares: NoiseScales;
}

export function timesOf(
  layer: CrossbarLayer,
  { conversion, sharedBy, image }: NonNullable<ProgrammedArrays['accumulated']>,
): LayerTimes {
  const { convert } = layer;
  const drive = conversion * conversionsInSequence(layer, placementsOf(layer), { convert, sharedBy });
  return { conversion: drive, product: drive * planesOf(layer).length, image };
}

export function scalesOf(band: Band, { conversion, product, image }: LayerTimes): NoiseScales {
  const ends = [0, conversion, product, sequenceLength * product, image].map((end) => Math.min(end, image));
  const [white, rest, near, far] = ends.slice(1).map((end, i) => scalesBetween(band, ends[i]!, end));
  return { white: white!, product: rest!, near: near!, far: far! };
}

/** undefined where no scale of any law is faster than an image */
export function noiseOf(layer: CrossbarLayer, { accumulated }: ProgrammedArrays): LayerNoise | undefined {
  if (!accumulated) return undefined;
  const own = [...new Set(layer.tiles.map(({ array }) => array))];
  const times = timesOf(layer, accumulated);
  const densities: (Float32Array | undefined)[] = [];
  const sums = { white: 0, product: 0, near: 0, far: 0 };
  for (const { band, densities: given } of accumulated.laws) {
    const scales = scalesOf(band, times);
    const whole = sumOf(Object.values(scales));
    for (const array of own) {
      const before = densities[array];
      densities[array] = given[array]!.map((density, cell) => (before?.[cell] ?? 0) + whole * density);
    }
    // Laws of several clocks have the shares of all their cells together.
    const weight = sumOf(own.map((array) => given[array]!.reduce((sum, density) => sum + density, 0)));
    for (const name of names) sums[name] += weight * scales[name];
  }
  const whole = sumOf(Object.values(sums));
  if (whole === 0) return undefined;
  return { densities, shares: sharesOf(sums) };
}

const names = ['white', 'product', 'near', 'far'] as const;

export function sharesOf({ white, product, near, far }: NoiseScales): NoiseScales {
  const whole = white + product + near + far;
  return { white: white / whole, product: product / whole, near: near / whole, far: far / whole };
}
