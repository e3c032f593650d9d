/**
 * Which synapses a batch can move, and how much at most: turns its x and d into lists of inputs and errors that are not
 * zero, with bounds whose product no gradient exceeds: |g_ij| <= (sum over the batch of |x_i|) (largest |d_j| in it).
 */
import type { LayerPass } from '../../pass.ts';

/** Of the last batch. */
export interface RowBounds {
  /** Inputs that are not zero in some row of the batch; the first `inputCount` hold. */
  readonly inputs: Int32Array;
  inputCount: number;
  /** Likewise. */
  readonly errors: Int32Array;
  errorCount: number;
  /** Sum of |x| by input. */
  readonly reach: Float64Array;
  /** Largest |d| by output. */
  readonly size: Float64Array;
  /** sums[e] is the sum of the sizes of the first e listed errors. */
  readonly sums: Float64Array;
  /** Largest size of all. */
  largest: number;
}

export function openRowBounds(inputs: number, outputs: number): RowBounds {
  return {
    inputs: new Int32Array(inputs),
    inputCount: 0,
    errors: new Int32Array(outputs),
    errorCount: 0,
    reach: new Float64Array(inputs),
    size: new Float64Array(outputs),
    sums: new Float64Array(outputs + 1),
    largest: 0,
  };
}

/** @param weighted whether errors have their own sizes; else those that are not zero all have 1 */
export function setBounds(bounds: RowBounds, pass: LayerPass, rows: number, weighted: boolean): void {
  listErrors(bounds, pass, rows, weighted);
  listInputs(bounds, pass, rows);
}

/** Lists all inputs and errors, zeros too: no gradient bounds anything. */
export function boundAll(bounds: RowBounds): void {
  const { inputs, errors, reach, size, sums } = bounds;
  inputs.forEach((_, i) => {
    inputs[i] = i;
  });
  errors.forEach((_, j) => {
    errors[j] = j;
    sums[j + 1] = j + 1;
  });
  reach.fill(1);
  size.fill(1);
  Object.assign(bounds, { inputCount: inputs.length, errorCount: errors.length, largest: 1 });
}

function listErrors(bounds: RowBounds, { d }: LayerPass, rows: number, weighted: boolean): void {
  const { errors, size, sums } = bounds;
  const outputs = size.length;
  size.fill(0);
  for (let b = 0; b < rows; b++)
    for (let j = 0; j < outputs; j++) size[j] = Math.max(size[j]!, Math.abs(d[b * outputs + j]!));
  let count = 0;
  bounds.largest = 0;
  for (let j = 0; j < outputs; j++) {
    if (size[j] === 0) continue;
    if (!weighted) size[j] = 1;
    errors[count] = j;
    sums[count + 1] = sums[count]! + size[j]!;
    bounds.largest = Math.max(bounds.largest, size[j]!);
    count++;
  }
  bounds.errorCount = count;
}

function listInputs(bounds: RowBounds, { x, active, activeCount }: LayerPass, rows: number): void {
  const { inputs, reach } = bounds;
  const width = reach.length;
  reach.fill(0);
  for (let b = 0; b < rows; b++) {
    for (let n = 0; n < activeCount[b]!; n++) {
      const i = active[b * width + n]!;
      reach[i]! += Math.abs(x[b * width + i]!);
    }
  }
  let count = 0;
  for (let i = 0; i < width; i++) if (reach[i]! > 0) inputs[count++] = i;
  bounds.inputCount = count;
}
