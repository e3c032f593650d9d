/**
 * A layer behind converters that neither round nor saturate: planes, copies, slices and tiles add up, and one product with the real
 * values of the layer's input codes gives what all of them together do.
 *
 * What a part gives is coefficient (sum over planes of weight (sum of rows + zero) - weight digital zero), and the planes of an input
 * add up to its code v; of a binary code v = x / scale + zero point.
 */
import type { ColumnCorrection } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { createEmitter, type Emitter } from './emit.ts';
import { finish } from './epilogue.ts';
import type { FoldedLayer } from './folded.ts';
import { addInputTerms } from './input-terms.ts';
import { planesOf } from './planes.ts';
import { lowerFloat } from './reference.ts';
import { emitRounded } from './rounded.ts';

/** @param folded whose packs hold one group each */
export function emitUnconverted(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  calibration: ColumnCorrection | undefined,
): void {
  const { groups, rows, columns, output, origin, quantization, inputCoding, geometry } = layer;
  const { weights, offsets } = addedUp(layer, folded);
  const bias = new Float64Array(groups * columns);
  const zero = inputCoding === 'binary' ? quantization.zero : 0;
  for (let o = 0; o < bias.length; o++) {
    const gain = (calibration?.gain[o] ?? 1) * layer.scales[o]!;
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const at = (Math.floor(o / columns) * rows + row) * columns + (o % columns);
      sum += weights[at]!;
      weights[at]! *= gain;
    }
    bias[o] = gain * quantization.scale * (zero * (sum - layer.columnSums[o]!) + offsets[o]!);
    bias[o]! += calibration ? calibration.gain[o]! * layer.bias[o]! + calibration.bias[o]! : layer.bias[o]!;
  }
  const product = createEmitter(`${output}/product`, origin, emit.nodes, emit.constants);
  lowerFloat(product, {
    kind: 'mvm',
    input: emitRounded(emit, layer),
    output: `${output}/product`,
    ...{ geometry, groups, rows, columns, origin, folded: [] },
    bias: new Float64Array(groups * columns),
    weights: () => weights,
  });
  const sums = addInputTerms(emit, layer, calibration?.terms, `${output}/product`);
  finish(emit, layer, sums, Float32Array.from(bias));
}

/** Weights, [group][row][column], and what every column gives without any input, in the units of its integers. */
function addedUp(layer: CrossbarLayer, { parts, channelsPerGroup, volume }: FoldedLayer) {
  const { groups, rows, columns } = layer;
  const weights = new Float32Array(groups * rows * columns);
  const offsets = new Float64Array(groups * columns);
  const sumOfPlanes = planesOf(layer).reduce((sum, { weight }) => sum + weight, 0);
  const spans = new Map(layer.tiles.map(({ rowStart, rowEnd }) => [rowStart, rowEnd]));
  const starts = [...spans.keys()].sort((a, b) => a - b);
  for (const part of parts)
    for (const [tile, start] of starts.entries()) {
      const before = Math.floor(start / volume) * volume;
      for (let group = 0; group < groups; group++) {
        const unit = tile * groups + group;
        for (let column = 0; column < columns; column++) {
          const coefficient = part.coefficient[unit * columns + column]!;
          const zero = part.zero[unit * columns + column]! - part.digitalZero[unit * columns + column]!;
          offsets[group * columns + column]! += coefficient * sumOfPlanes * zero;
          for (let row = start; row < spans.get(start)!; row++) {
            const from = unit * channelsPerGroup * volume + row - before;
            weights[(group * rows + row) * columns + column]! +=
              coefficient * part.weights[from * columns + column]!;
          }
        }
      }
    }
  return { weights, offsets };
}
