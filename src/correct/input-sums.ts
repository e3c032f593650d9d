/** Which sums of its inputs a layer's correction may add: what they are, what they cost, and what they come to. */
import type { Correction, InputTerms } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { principalDirections } from '../math/principal-directions.ts';

/** Sums of a layer, but for what its columns make of them. */
export type Sums = Omit<InputTerms, 'coefficients'>;

/** Gain and bias alone. */
export const noSums: Sums = { rank: 0 };

/** Directions that are tried; each rank with all before it. */
const ranks = [1, 2, 4, 8, 16];

type Matrix = Pick<CrossbarLayer, 'groups' | 'rows' | 'columns'>;

/** Digital multiplications of a correction's sums in one product of the layer; those of gains and scales are one. */
export function multiplicationsOf({ groups, rows, columns }: Matrix, { rank, directions }: Sums): number {
  return groups * rank * (columns + (directions ? rows : 0));
}

/**
 * The sums that are tried. Directions that would take as many multiplications as the layer itself are none.
 * @param inputs real values of the calibration vectors, [vector][groups * rows]
 */
export function sumsToTry(layer: Matrix, inputs: Float32Array, correction: Correction): readonly Sums[] {
  if (correction === 'columns') return [];
  const box: Sums = { rank: 1 };
  if (correction === 'box') return [box];
  const { groups, rows, columns } = layer;
  const worth = ranks.filter((rank) => rank * (rows + columns) < rows * columns);
  const most = Math.max(0, ...worth);
  if (most === 0) return [box];
  const all = Array.from({ length: groups }, (_, group) =>
    principalDirections(ofGroup(layer, inputs, group), rows, most),
  );
  return [
    box,
    ...worth.map((rank) => {
      const directions = new Float32Array(groups * rank * rows);
      for (const [group, own] of all.entries())
        directions.set(own.subarray(0, rank * rows), group * rank * rows);
      return { rank, directions };
    }),
  ];
}

function ofGroup({ groups, rows }: Matrix, inputs: Float32Array, group: number): Float32Array {
  const width = groups * rows;
  const own = new Float32Array(inputs.length / groups);
  for (let at = 0; at < own.length; at += rows) {
    const first = (at / rows) * width + group * rows;
    own.set(inputs.subarray(first, first + rows), at);
  }
  return own;
}

/** U^T x of every vector, [vector][group][rank]. */
export function sumInputs(
  { groups, rows }: Matrix,
  inputs: Float32Array,
  { rank, directions }: Sums,
): Float32Array {
  const sums = new Float32Array((inputs.length / rows) * rank);
  for (let at = 0; at < sums.length; at++) {
    const patch = Math.floor(at / rank);
    const direction = ((patch % groups) * rank + (at % rank)) * rows;
    let sum = 0;
    for (let row = 0; row < rows; row++)
      sum += inputs[patch * rows + row]! * (directions?.[direction + row] ?? 1);
    sums[at] = sum;
  }
  return sums;
}
