/**
 * Noise of arrays -> noise of one layer that is on them. 1/f noise is split by how long the layer takes for a conversion and for
 * a product: what is faster than a conversion is white like other noise; the rest is common to the planes of a product, and
 * part of it to neighbouring products.
 */
import { conversionsInSequence } from '../ir/conversions.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { placementsOf } from '../ir/tiles.ts';
import { type Band, scalesBetween } from '../math/one-over-f.ts';
import type { ProgrammedArrays } from './folded.ts';
import { planesOf } from './planes.ts';

/** Products, one after the other, that have one sequence of 1/f noise: the longest of its time scales. */
export const sequenceLength = 256;

/** Seconds from one conversion of a column to its next, for all planes of a product, and for an image. */
export interface LayerTimes {
  readonly conversion: number;
  readonly product: number;
  readonly image: number;
}

/** Factors e of time scales that a layer's readings have, or shares of them. */
export interface NoiseScales {
  /** Slower than a conversion and faster than a product. */
  readonly product: number;
  /** Slower than a product, and faster than `sequenceLength` of them. */
  readonly near: number;
  /** Slower than that, and faster than an image. */
  readonly far: number;
}

/** Variances of the cells of arrays (S^2), array by array; undefined for those that the layer is not on. */
type Variances = readonly (Float32Array | undefined)[];

export interface LayerNoise {
  /** Of every conversion. */
  readonly variances: Variances | undefined;
  /** Of every product, with shares of its scales. */
  readonly steady: Variances | undefined;
  readonly scales: NoiseScales | undefined;
}

export function timesOf(
  layer: CrossbarLayer,
  { conversion, sharedBy, image }: NonNullable<ProgrammedArrays['accumulated']>,
): LayerTimes {
  const { convert } = layer;
  const drive = conversion * conversionsInSequence(layer, placementsOf(layer), { convert, sharedBy });
  return { conversion: drive, product: drive * planesOf(layer).length, image };
}

/** Factors e of the scales that are faster than a conversion: white noise. */
export function whiteScales(band: Band, { conversion }: LayerTimes): number {
  return scalesBetween(band, 0, conversion);
}

export function steadyScales(band: Band, { conversion, product, image }: LayerTimes): NoiseScales {
  const near = Math.min(image, sequenceLength * product);
  return {
    product: scalesBetween(band, conversion, Math.min(product, image)),
    near: scalesBetween(band, product, near),
    far: scalesBetween(band, near, image),
  };
}

export function noiseOf(layer: CrossbarLayer, arrays: ProgrammedArrays): LayerNoise {
  const { variances, accumulated } = arrays;
  if (!accumulated) return { variances, steady: undefined, scales: undefined };
  const own = [...new Set(layer.tiles.map(({ array }) => array))];
  const times = timesOf(layer, accumulated);
  const laws = accumulated.laws.map(({ band, densities }) => {
    const scales = steadyScales(band, times);
    return { densities, white: whiteScales(band, times), scales, steady: sumOf(scales) };
  });
  const added = (
    factor: (law: (typeof laws)[number]) => number,
    start?: Variances,
  ): Variances | undefined => {
    const counted = laws.filter((law) => factor(law) > 0);
    if (counted.length === 0) return start;
    const sums: (Float32Array | undefined)[] = [];
    for (const array of own)
      sums[array] = counted[0]!.densities[array]!.map((_, cell) =>
        counted.reduce(
          (sum, law) => sum + factor(law) * law.densities[array]![cell]!,
          start?.[array]?.[cell] ?? 0,
        ),
      );
    return sums;
  };
  const total = (scale: keyof NoiseScales) =>
    laws.reduce((sum, { densities, scales }) => {
      const density = own.reduce((all, array) => all + densities[array]!.reduce((a, b) => a + b, 0), 0);
      return sum + scales[scale] * density;
    }, 0);
  const scales = { product: total('product'), near: total('near'), far: total('far') };
  const whole = sumOf(scales);
  const steady = whole > 0 ? added((law) => law.steady) : undefined;
  const share = { product: scales.product / whole, near: scales.near / whole, far: scales.far / whole };
  return { variances: added((law) => law.white, variances), steady, scales: steady && share };
}

function sumOf({ product, near, far }: NoiseScales): number {
  return product + near + far;
}
