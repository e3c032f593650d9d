/**
 * Functions of constants that normalize stored weights (weight norm, weight standardization): elementwise and over
 * axes. float32 and float64; doubles, rounded once to the result's type.
 */
import { sizeOf, type Tensor, toDoubles } from '../math/tensor.ts';
import { broadcastIndex } from './evaluate-arithmetic.ts';

export const elementwise: Readonly<Record<string, (v: number) => number>> = {
  Sqrt: Math.sqrt,
  Neg: (v) => -v,
  Abs: Math.abs,
  Reciprocal: (v) => 1 / v,
};

/** What is added up, and what becomes of the sum of `count` values. */
interface Reduction {
  readonly term: (v: number) => number;
  readonly finish: (sum: number, count: number) => number;
}

const plain = (v: number) => v;

export const reductions: Readonly<Record<string, Reduction>> = {
  ReduceSum: { term: plain, finish: plain },
  ReduceMean: { term: plain, finish: (sum, count) => sum / count },
  ReduceSumSquare: { term: (v) => v * v, finish: plain },
  ReduceL1: { term: Math.abs, finish: plain },
  ReduceL2: { term: (v) => v * v, finish: Math.sqrt },
};

export function map(x: Tensor, apply: (v: number) => number): Tensor | undefined {
  return rounded(x, x.dims, () => toDoubles(x)!.map(apply));
}

/** @param axes all, where there are none */
export function reduce(
  x: Tensor,
  { term, finish }: Reduction,
  axes: readonly number[] | undefined,
  keep: boolean,
): Tensor | undefined {
  const rank = x.dims.length;
  const gone = new Set((axes?.length ? axes : x.dims.map((_, i) => i)).map((a) => (a < 0 ? a + rank : a)));
  if ([...gone].some((a) => a < 0 || a >= rank)) return undefined;
  const kept = x.dims.map((d, i) => (gone.has(i) ? 1 : d));
  const dims = keep ? kept : x.dims.filter((_, i) => !gone.has(i));
  return rounded(x, dims, () => {
    const sums = new Float64Array(sizeOf(kept));
    const values = toDoubles(x)!;
    const placeOf = broadcastIndex(kept, x.dims);
    for (let flat = 0; flat < values.length; flat++) sums[placeOf(flat)]! += term(values[flat]!);
    const count = values.length / sums.length;
    return sums.map((sum) => finish(sum, count));
  });
}

function rounded(x: Tensor, dims: readonly number[], values: () => Float64Array): Tensor | undefined {
  if (x.type === 'float32') return { type: x.type, dims, data: Float32Array.from(values()) };
  return x.type === 'float64' ? { type: x.type, dims, data: values() } : undefined;
}
