/** Real weights of one matrix -> integers, with one step per column. A job, because matrices can be rounded in any thread. */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import type { Reals } from '../../src/ir/graph.ts';
import type { Job } from '../../src/threads/pool.ts';
import type { LineLimits } from '../map/line-limits.ts';
import type { IntegerNoise } from './refit-column.ts';
import { refitWeights } from './refit-weights.ts';
import { roundNearest, roundWithFeedback } from './round-weights.ts';
import { trim, widened } from './within-limits.ts';

/** `nearest`: every weight by itself; `error-feedback`: later rows make up for the rounding of earlier ones. */
export type WeightRounding = 'nearest' | 'error-feedback';

interface MatrixTask {
  /** [group][row][column]. */
  readonly weights: Reals;
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  /** Of every layer that uses the matrix. */
  readonly records: readonly LayerRecord[];
  /** Largest integer. */
  readonly weightMax: number;
  readonly rounding: WeightRounding;
  /** What integers of a line may add up to. */
  readonly limits: LineLimits;
  /** What cells are expected to hold instead; weights are refitted to it where it is given. */
  readonly noise?: IntegerNoise;
}

export interface QuantizedMatrix {
  readonly integers: Int8Array;
  /** Real value of one weight step, length groups * columns. */
  readonly scales: Float64Array;
}

export const job: Job<undefined, MatrixTask, QuantizedMatrix> = {
  module: import.meta.url,
  open: () => ({ run: quantizeMatrix }),
};

function quantizeMatrix(task: MatrixTask): QuantizedMatrix {
  const { weights, groups, rows, columns, records, weightMax, rounding, limits, noise } = task;
  const size = rows * columns;
  const integers = new Int8Array(weights.length);
  const scales = new Float64Array(groups * columns);
  const round = (ofGroup: Reals, steps: Float64Array, group: number, rounded: Int8Array) => {
    const matrix = { weights: ofGroup, rows, columns, steps, weightMax };
    if (rounding === 'nearest') roundNearest(matrix, rounded);
    else roundWithFeedback(matrix, records, group, rounded);
  };
  for (let group = 0; group < groups; group++) {
    const [first, end] = [group * size, (group + 1) * size];
    const ofGroup = weights.subarray(first, end);
    const steps = widened(
      { weights: ofGroup, rows, columns },
      chooseSteps(ofGroup, columns, weightMax),
      limits,
    );
    round(ofGroup, steps, group, integers.subarray(first, end));
    scales.set(steps, group * columns);
  }
  if (noise)
    refitWeights({ weights, groups, rows, columns, records, limits, noise, integers, scales, round });
  for (let first = 0; first < integers.length; first += size)
    trim({ weights: integers.subarray(first, first + size), rows, columns }, limits);
  return { integers, scales };
}

/**
 * The step of every column's integers: the largest weight becomes weightMax, unless the column lies on a grid already,
 * as the weights of a quantized model do; then that grid is kept. A column of zeros gets step 0, and gives its bias and
 * nothing else: the errors of its cells stay out of the output.
 */
export function chooseSteps(weights: Reals, columns: number, weightMax: number): Float64Array {
  const largest = new Float64Array(columns);
  for (let at = 0; at < weights.length; at += columns) {
    for (let c = 0; c < columns; c++) largest[c] = Math.max(largest[c]!, Math.abs(weights[at + c]!));
  }
  return largest.map((most, column) =>
    most === 0 ? 0 : Math.fround(most / (gridOf(weights, columns, column, most, weightMax) ?? weightMax)),
  );
}

/** How many steps of a grid that holds all weights of the column the largest weight has; undefined without such a grid. */
function gridOf(
  weights: Reals,
  columns: number,
  column: number,
  largest: number,
  weightMax: number,
): number | undefined {
  for (let steps = weightMax; steps > 1; steps--) {
    let fits = true;
    for (let at = column; fits && at < weights.length; at += columns) {
      const value = (weights[at]! / largest) * steps;
      fits = Math.abs(value - Math.round(value)) < gridTolerance;
    }
    if (fits) return steps;
  }
  return undefined;
}

/** Of a step: weights that were stored as 32-bit floats lie this close to their grid. */
const gridTolerance = 1e-4;
