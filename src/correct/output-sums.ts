/** Outputs of a layer on a sample, and what they should be -> sums over its positions, by column; and those outputs, column by column corrected. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { float32, sizeOf, type Tensor } from '../math/tensor.ts';

/** Each by column. */
export interface OutputSums {
  /** Positions. */
  readonly count: number;
  readonly wanted: Float64Array;
  readonly got: Float64Array;
  /** Of wanted * wanted, and wanted * got. */
  readonly squares: Float64Array;
  readonly products: Float64Array;
}

/** How a layer's outputs lie: [batch][column][position] of a convolution, [vector][column] of a matrix product. */
export type OutputLayout = Pick<CrossbarLayer, 'groups' | 'columns'> & {
  readonly geometry: { readonly kind: CrossbarLayer['geometry']['kind'] };
};

/** @returns undefined where the two are not of one size, and nothing can be compared */
export function sumOutputs(layout: OutputLayout, wanted: Tensor, got: Tensor): OutputSums | undefined {
  if (sizeOf(wanted.dims) !== sizeOf(got.dims)) return undefined;
  const columns = layout.groups * layout.columns;
  const space = positionsIn(layout, got);
  const [ws, ys] = [wanted.data as Float32Array, got.data as Float32Array];
  const zeros = () => new Float64Array(columns);
  const sums = { wanted: zeros(), got: zeros(), squares: zeros(), products: zeros() };
  for (let first = 0, o = 0; first < ws.length; first += space, o = (o + 1) % columns) {
    let [w, y, ww, wy] = [0, 0, 0, 0];
    for (let i = first; i < first + space; i++) {
      w += ws[i]!;
      y += ys[i]!;
      ww += ws[i]! * ws[i]!;
      wy += ws[i]! * ys[i]!;
    }
    sums.wanted[o]! += w;
    sums.got[o]! += y;
    sums.squares[o]! += ww;
    sums.products[o]! += wy;
  }
  return { count: ws.length / columns, ...sums };
}

/** gain * output + bias, column by column. */
export function scaleOutputs(
  layout: OutputLayout,
  output: Tensor,
  { gain, bias }: { readonly gain: Float64Array; readonly bias: Float64Array },
): Tensor {
  const columns = layout.groups * layout.columns;
  const space = positionsIn(layout, output);
  const values = Float32Array.from(output.data as Float32Array);
  for (let first = 0, o = 0; first < values.length; first += space, o = (o + 1) % columns) {
    const [g, b] = [gain[o]!, bias[o]!];
    for (let i = first; i < first + space; i++) values[i] = g * values[i]! + b;
  }
  return float32(output.dims, values);
}

/** Neighbours in memory that belong to one column. */
function positionsIn({ geometry }: OutputLayout, { dims }: Tensor): number {
  return geometry.kind === 'conv' ? sizeOf(dims.slice(2)) : 1;
}
