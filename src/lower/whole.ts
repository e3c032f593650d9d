/** Folded parts as wholes: what is the same for all of their conversions. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { AnalogPart, FoldedLayer } from './folded.ts';
import type { Frame } from './units.ts';

/** Negates flipped columns where nothing is rounded or clipped: then it does not matter on which side of a converter. */
export function setUpright({ weights, zero, coefficient, digitalZero }: AnalogPart, columns: number): void {
  const rows = weights.length / zero.length;
  for (let at = 0; at < zero.length; at++) {
    if (coefficient[at]! >= 0) continue;
    coefficient[at]! *= -1;
    zero[at]! *= -1;
    digitalZero[at]! *= -1;
    const unit = Math.floor(at / columns);
    for (let row = 0; row < rows; row++) weights[(unit * rows + row) * columns + (at % columns)]! *= -1;
  }
}

/** What columns that are converted one by one hold together, as a pair's converter would see it. @param parts plus and minus in turn */
export function sidesTogether(parts: readonly AnalogPart[]): readonly AnalogPart[] {
  return parts.flatMap((plus, index) => {
    const minus = parts[index + 1];
    if (index % 2 === 1 || !minus) return [];
    return [{ ...plus, weights: plus.weights.map((weight, i) => weight - minus.weights[i]!) }];
  });
}

/** By slice, the integers that its copies hold together; undefined where some are none. @param parts whole ones */
export function copiesTogether(
  parts: readonly AnalogPart[],
  { slices, copies, digitsPerOne }: Pick<CrossbarLayer, 'slices' | 'copies' | 'digitsPerOne'>,
): readonly AnalogPart[] | undefined {
  if (copies === 1) return parts;
  const together = Array.from({ length: slices }, (_, slice): AnalogPart => {
    const own = parts.filter((part) => part.slice === slice);
    const sumAt = (i: number) => own.reduce((sum, { weights }) => sum + weights[i]!, 0);
    return { ...own[0]!, weights: own[0]!.weights.map((_, i) => sumAt(i) / digitsPerOne) };
  });
  return together.every(({ weights }) => weights.every(Number.isInteger)) ? together : undefined;
}

/** The layer with every conversion worth `gain` times as much; such a layer is not exact. */
export function withGain(folded: FoldedLayer, gain = 1): FoldedLayer {
  if (gain === 1) return folded;
  const parts = folded.parts.map((part) => ({ ...part, coefficient: part.coefficient.map((c) => c * gain) }));
  return { ...folded, parts, exact: undefined };
}

/** Whole weights, one code per digit step, no sum beyond the converter's codes, and every sum exact in 32-bit floats. */
export function isWhole(part: AnalogPart, { layer, slots }: Frame): boolean {
  const columns = slots * layer.columns;
  const units = part.zero.length / columns;
  const rows = part.weights.length / part.zero.length;
  const weightOfDigit = layer.radix ** part.slice / layer.digitsPerOne;
  const top = 2 ** (layer.adcBits - 1) - 1;
  const level = 2 ** layer.driverBits - 1;
  // Wide codes go through the cells a byte at a time.
  const highest = 2 ** Math.min(8, layer.quantization.bits) - 1;
  // What all planes and copies come to, of one.
  const largest = ((highest / level) * layer.copies) / layer.digitsPerOne;
  const bipolar = layer.inputCoding === 'bipolar';
  if (part.coefficient.some((c) => Math.abs(c) !== weightOfDigit && c !== 0)) return false;
  if (!part.zero.every(Number.isInteger)) return false;
  const most = new Float64Array(columns);
  const least = new Float64Array(columns);
  for (let unit = 0; unit < units; unit++) {
    most.set(part.zero.subarray(unit * columns, (unit + 1) * columns));
    least.set(most);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const weight = part.weights[(unit * rows + row) * columns + column]!;
        if (!Number.isInteger(weight)) return false;
        if (weight > 0 || bipolar) most[column]! += level * Math.abs(weight);
        if (weight < 0 || bipolar) least[column]! -= level * Math.abs(weight);
      }
    }
    for (let c = 0; c < columns; c++) {
      if (most[c]! > top || least[c]! < -top - 1) return false;
      if (largest * (most[c]! - least[c]!) >= 2 ** 24) return false;
    }
  }
  return true;
}
