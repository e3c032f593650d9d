/** What cells are expected to hold instead of integer weights: how a layer goes onto cells -> variances by integer. */
import type { QuantizedMvmNode } from '../../src/ir/graph.ts';
import { usualBits } from '../../src/ir/input-codes.ts';
import { digitsOf } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { digitErrors } from '../map/digit-errors.ts';
import { type SliceChoice, sliceWeights } from '../map/slice-weights.ts';
import type { IntegerNoise } from './refit-column.ts';

/** @param sigmaOf standard deviation of the cells of a level when they are read (S) */
export function integerNoise(
  target: Target,
  choice: SliceChoice,
  weightMax: number,
  sigmaOf: (level: number) => number,
): IntegerNoise {
  const integers = Int8Array.from({ length: 2 * weightMax + 1 }, (_, i) => i - weightMax);
  const [layer] = sliceWeights.run([rowOf(integers, weightMax)], { target, choiceOf: () => choice });
  const { slices, copies, repeats, radix, digitsPerOne } = layer!;
  const { of } = digitErrors(layer!, target, sigmaOf);
  const noise = new Float64Array(integers.length);
  for (let slice = 0; slice < slices; slice++) {
    for (let copy = 0; copy < copies; copy++) {
      for (const [at, digit] of digitsOf(layer!, { slice, copy }, 0, integers.length).entries())
        noise[at]! += (radix ** (2 * slice) * of(digit)) / digitsPerOne ** 2 / repeats;
    }
  }
  return noise;
}

/** A layer whose weights are these integers. */
function rowOf(integers: Int8Array, weightMax: number): QuantizedMvmNode {
  const columns = integers.length;
  return {
    kind: 'quantized-mvm',
    input: '',
    output: '',
    geometry: { kind: 'matmul' },
    groups: 1,
    rows: 1,
    columns,
    bias: new Float64Array(columns),
    origin: { name: '', op: 'MatMul', index: 0 },
    folded: [],
    quantization: { scale: 1, zero: 0, signed: false, bits: usualBits },
    integers,
    weightMax,
    scales: new Float64Array(columns).fill(1),
  };
}
