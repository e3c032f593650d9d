/** Integers that a model quantized, and the real values behind them: real = scale * (code - zero). */
import { float32, sizeOf, type Tensor, toDoubles } from '../../../src/math/tensor.ts';
import { dequantize } from '../../../src/onnx/evaluate-conversion.ts';
import type { Emitter } from './emitter.ts';
import type { Surroundings } from './writing.ts';

type Constants = Surroundings['constants'];

/** One step and zero point for all values. */
export interface Grid {
  readonly scale: Tensor;
  readonly zero: Tensor;
}

/** @returns undefined unless both are constants of one value */
export function gridOf(constants: Constants, scale: string, zero: string): Grid | undefined {
  const [s, z] = [single(constants.get(scale)), single(constants.get(zero))];
  return s?.type === 'float32' && z ? { scale: s, zero: z } : undefined;
}

/** A tensor of one value, without dimensions. */
export function single(tensor: Tensor | undefined): Tensor | undefined {
  return tensor && sizeOf(tensor.dims) === 1 ? { type: tensor.type, dims: [], data: tensor.data } : undefined;
}

/** @returns the real values of a value of codes */
export function emitReal(emit: Emitter, what: string, codes: string, { scale, zero }: Grid): string {
  const names = [emit.constant(`${what}-scale`, () => scale), emit.constant(`${what}-zero`, () => zero)];
  return emit.op(what, 'DequantizeLinear', [codes, ...names]);
}

/** Ends with the codes of a real value: the node's own output. */
export function emitCodes(emit: Emitter, real: string, { scale, zero }: Grid, output: string): void {
  const names = [emit.constant('y-scale', () => scale), emit.constant('y-zero', () => zero)];
  emit.op('y', 'QuantizeLinear', [real, ...names], {}, output);
}

/** Constant weights of a layer as real numbers. */
export interface RealWeights {
  readonly dims: readonly number[];
  /** Length 1, or one per column. */
  readonly steps: Float64Array;
  /** @returns the name of the constant: nodes with the same stored weights and steps share it */
  readonly emit: (emit: Emitter) => string;
}

/**
 * @param scale name of the steps: one, or one per index of `axis`; undefined: every step is 1
 * @param zero name of the zero points, one or as many; '': all are 0
 * @returns undefined where something of this is computed, or no integer of 8 bits
 */
export function realWeights(
  constants: Constants,
  codes: string,
  scale: string | undefined,
  zero: string,
  axis: number,
): RealWeights | undefined {
  const stored = constants.get(codes);
  if (stored?.type !== 'int8' && stored?.type !== 'uint8') return undefined;
  const zeros = zero === '' ? undefined : constants.get(zero);
  if (zero !== '' && !zeros) return undefined;
  const count = zeros ? sizeOf(zeros.dims) : 1;
  const ones = () => float32([count], new Float32Array(count).fill(1));
  const scales = scale === undefined ? ones() : constants.get(scale);
  if (scales?.type !== 'float32') return undefined;
  const length = Math.max(count, sizeOf(scales.dims));
  if (length > 1 && stored.dims.at(axis) !== length) return undefined;
  const [steps, offsets] = [spread(scales, length), zeros && spread(zeros, length)];
  if (!steps || (zeros && !offsets)) return undefined;
  const along = axis < 0 ? axis + stored.dims.length : axis;
  return {
    dims: stored.dims,
    steps: toDoubles(steps)!,
    emit: (emit) =>
      emit.rearranged(
        codes,
        `real-${scale ?? 1}-${zero}`,
        () => dequantize(stored, steps, offsets, along, 0)!,
      ),
  };
}

/** @returns undefined where there are neither one value nor `length` */
function spread(tensor: Tensor, length: number): Tensor | undefined {
  const values = toDoubles(tensor)!;
  if (values.length !== length && values.length !== 1) return undefined;
  return {
    type: 'float32',
    dims: [length],
    data: Float32Array.from({ length }, (_, i) => values[values.length === 1 ? 0 : i]!),
  };
}

/** A bias of 32-bit codes as real numbers: its step is that of the products. @param steps of the weights */
export function realBias(
  constants: Constants,
  bias: string,
  inputScale: Tensor,
  steps: Float64Array,
  factor = 1,
): (() => Tensor) | undefined {
  const codes = constants.get(bias);
  if (codes?.type !== 'int32') return undefined;
  const values = toDoubles(codes)!;
  if (steps.length !== 1 && values.length !== steps.length) return undefined;
  const input = factor * toDoubles(inputScale)![0]!;
  return () =>
    float32(
      codes.dims,
      Float32Array.from(values, (v, i) => v * input * steps[steps.length === 1 ? 0 : i]!),
    );
}
