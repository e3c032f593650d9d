/** Folded parts as wholes: what is the same for all of their conversions. */
import type { AnalogPart, FoldedLayer } from './fold.ts';

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

/** Whether all copies of every slice hold the same. */
export function copiesAgree(parts: readonly AnalogPart[]): boolean {
  return parts.every(({ slice, weights }) => {
    const first = parts.find((part) => part.slice === slice)!;
    return weights.every((w, i) => w === first.weights[i]);
  });
}

/** The layer with every conversion worth `gain` times as much; such a layer is not exact. */
export function withGain(folded: FoldedLayer, gain = 1): FoldedLayer {
  if (gain === 1) return folded;
  const parts = folded.parts.map((part) => ({ ...part, coefficient: part.coefficient.map((c) => c * gain) }));
  return { ...folded, parts, exact: false };
}
