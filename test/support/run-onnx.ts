/** Runs an ONNX model directly in onnxruntime, for tests that compare a rewritten model with the original. */
import { InferenceSession, type OnnxValue, Tensor } from 'onnxruntime-node';
import type { ValueInfo } from '../../src/ir/graph.ts';
import { sizeOf } from '../../src/math/tensor.ts';

/** Float inputs of a model, drawn from a fixed sequence in [-1, 1); unknown dimensions are 1. */
export function sampleInputs(infos: readonly ValueInfo[], seed = 1): Record<string, Tensor> {
  let state = seed >>> 0;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Object.fromEntries(
    infos.map(({ name, dims }) => {
      const concrete = (dims ?? []).map((d) => (typeof d === 'number' && d > 0 ? d : 1));
      return [name, new Tensor('float32', Float32Array.from({ length: sizeOf(concrete) }, draw), concrete)];
    }),
  );
}

/**
 * @param plain whether the graph runs as it stands, without onnxruntime's fusions
 * @returns every output's numbers, by name
 */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: Record<string, OnnxValue>,
  plain = false,
): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    ...(plain && { graphOptimizationLevel: 'disabled', extra: { session: { disable_quant_qdq: '1' } } }),
  });
  const results = await session.run(inputs);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => {
      const data = (value as Tensor).data;
      return [name, Array.from(data as ArrayLike<number | bigint>, Number)];
    }),
  );
}

/** Largest difference between two results, as a fraction of the largest value of the first. */
export function largestError(
  expected: Readonly<Record<string, readonly number[]>>,
  actual: Readonly<Record<string, readonly number[]>>,
): number {
  const errors = Object.entries(expected).map(([name, values]) => {
    const others = actual[name];
    if (others?.length !== values.length) return Number.POSITIVE_INFINITY;
    let [error, largest] = [0, Number.MIN_VALUE];
    for (const [i, value] of values.entries()) {
      const difference = Math.abs(value - others[i]!);
      error = Math.max(error, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      largest = Math.max(largest, Math.abs(value));
    }
    return error / largest;
  });
  return Math.max(...errors);
}
