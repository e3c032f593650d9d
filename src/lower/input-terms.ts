/** What a chip's correction adds of a layer's own inputs -> one or two products with their quantized values. */
import type { InputTerms } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Geometry, MvmNode } from '../ir/graph.ts';
import { float32, uint8 } from '../math/tensor.ts';
import { transposed } from '../math/transposed.ts';
import { createEmitter, type Emitter } from './emit.ts';
import { emitNumbers } from './input-codes.ts';
import { lowerFloat } from './reference.ts';

/** Adds C (U^T x) to the layer's sums; x are the real values of its input codes, 0 in the padding. */
export function addInputTerms(
  emit: Emitter,
  layer: CrossbarLayer,
  terms: InputTerms | undefined,
  sums: string,
): string {
  if (!terms) return sums;
  const { rank, directions, coefficients } = terms;
  const { groups, rows, columns, output, origin } = layer;
  const directionsByRow = directions
    ? transposed(directions, rank, rows)
    : new Float32Array(groups * rows).fill(1);
  const product = (
    name: string,
    part: Pick<MvmNode, 'input' | 'geometry' | 'rows' | 'columns'>,
    weights: Float32Array,
  ) => {
    const own = createEmitter(`${output}/${name}`, origin, emit.nodes, emit.constants);
    const bias = new Float64Array(groups * part.columns);
    const node = {
      kind: 'mvm',
      ...part,
      output: `${output}/${name}`,
      groups,
      bias,
      origin,
      folded: [],
    } as const;
    lowerFloat(own, { ...node, weights: () => weights });
    return node.output;
  };
  const input = emitReals(emit, layer);
  const { geometry } = layer;
  // One product of the whole matrix, where two take no fewer multiplications.
  if (rank * (rows + columns) >= rows * columns) {
    const matrix = matrixOf(layer, terms, directionsByRow);
    return emit.op('Add', [sums, product('input_terms', { input, geometry, rows, columns }, matrix)]);
  }
  const regressors = product('input_sums', { input, geometry, rows, columns: rank }, directionsByRow);
  const byRank = transposed(coefficients, columns, rank);
  const second = { input: regressors, geometry: pointwise(geometry), rows: rank, columns };
  return emit.op('Add', [sums, product('input_terms', second, byRank)]);
}

/** Input codes, back as numbers. */
function emitReals(emit: Emitter, { input, quantization }: CrossbarLayer): string {
  const { scale, zero, signed, bits } = quantization;
  const step = emit.constant('input_scale', float32([], [scale]));
  if (bits !== 8) return emit.op('Mul', [emitNumbers(emit, { input, quantization }), step]);
  // A signed code plus 128 is an unsigned one around zero point 128.
  const middle = emit.constant('terms_zero', uint8([], [signed ? 128 : zero]));
  const codes = emit.op('QuantizeLinear', [input, step, middle]);
  return emit.op('DequantizeLinear', [codes, step, middle]);
}

/** U C^T of every group, [group][row][column]. */
function matrixOf(
  { groups, rows, columns }: CrossbarLayer,
  { rank, coefficients }: InputTerms,
  directionsByRow: Float32Array,
): Float32Array {
  const matrix = new Float32Array(groups * rows * columns);
  for (let at = 0; at < matrix.length; at++) {
    const line = Math.floor(at / columns);
    const column = Math.floor(line / rows) * columns + (at % columns);
    for (let r = 0; r < rank; r++)
      matrix[at]! += directionsByRow[line * rank + r]! * coefficients[column * rank + r]!;
  }
  return matrix;
}

function pointwise(geometry: Geometry): Geometry {
  if (geometry.kind === 'matmul') return geometry;
  const ones = geometry.kernel.map(() => 1);
  const pads = geometry.pads.map(() => 0);
  return { kind: 'conv', kernel: ones, strides: ones, dilations: ones, pads, autoPad: 'NOTSET' };
}
