/** Gain and offset of every converter of an array, and the gain of every driver: static, drawn once per chip. */

import { openNormals } from '../math/random.ts';
import type { AdcErrors, DriverErrors } from '../target/periphery.ts';

/** Of one array's converters, by their number: neighbouring columns (or pairs) share one. */
export interface ConverterErrors {
  /** Columns (or pairs) per converter. */
  readonly sharedBy: number;
  /** Factors on the sums. */
  readonly gain: Float32Array;
  /** Codes. */
  readonly offset: Float32Array;
}

/** @param columns of the array: no more of its values are converted than it has columns */
export function drawConverters(
  { gainSpread, offsetSpread }: AdcErrors,
  sharedBy: number,
  { seed, array, columns }: { readonly seed: number; readonly array: number; readonly columns: number },
): ConverterErrors {
  const count = Math.ceil(columns / sharedBy);
  const gain = drawNormals(seed, 'converter-gain', array, count).map((xi) => 1 + gainSpread * xi);
  const offset = drawNormals(seed, 'converter-offset', array, count).map((xi) => offsetSpread * xi);
  return { sharedBy, gain, offset };
}

/** Factor on the voltage of every row of an array. */
export function drawDrivers(
  { gainSpread }: DriverErrors,
  { seed, array, rows }: { readonly seed: number; readonly array: number; readonly rows: number },
): Float32Array {
  return drawNormals(seed, 'driver-gain', array, rows).map((xi) => 1 + gainSpread * xi);
}

function drawNormals(seed: number, effect: string, array: number, count: number): Float32Array {
  const normals = openNormals(seed, effect, array);
  return Float32Array.from({ length: count }, (_, i) => normals(i));
}
