/** Models of one node, what onnxruntime makes of a Graph, and the comparison of two results. */
import { expect } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { float32, sizeOf, type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { type AttributeValue, model, node } from './onnx-model.ts';
import { sampleInputs } from './run-onnx.ts';

/** The inputs are the dims of x0, x1, ... or constants of that name. */
export interface Single {
  readonly op: string;
  readonly opset: number;
  readonly inputs: readonly (readonly number[] | Tensor | '')[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Which outputs there are and are read. */
  readonly outputs?: number;
}

/** A model of one node, which is named 'theirs'. */
export function single({ op, opset, inputs, attributes = {}, outputs = 1 }: Single): Graph {
  const names = inputs.map((input, i) => (input === '' ? '' : `x${i}`));
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const isTensor = (input: Single['inputs'][number]): input is Tensor =>
    typeof input === 'object' && 'data' in input;
  const fed = inputs.flatMap((input, i) => (input === '' || isTensor(input) ? [] : [[names[i], input]]));
  const constants = inputs.flatMap((input, i) => (isTensor(input) ? [[names[i], input]] : []));
  const graph = model({
    inputs: Object.fromEntries(fed),
    outputs: {},
    constants: Object.fromEntries(constants),
    nodes: [node(op, names, results, attributes, 'theirs')],
    opset,
  });
  return { ...graph, outputs: results.map((name) => ({ name, elementType: 0, dims: undefined })) };
}

/** All outputs for fixed float32 inputs. */
export async function results(graph: Graph): Promise<Record<string, Tensor>> {
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const fed = Object.entries(sampleInputs(graph.inputs));
  const values = await session.run(
    Object.fromEntries(fed.map(([name, t]) => [name, float32(t.dims, t.data as Float32Array)])),
  );
  await session.release();
  return values;
}

/** Equal types and dims, and values within `tolerance` of the largest one (or of 1). */
export function expectSame(
  got: Record<string, Tensor>,
  expected: Record<string, Tensor>,
  tolerance: number,
): void {
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [name, tensor] of Object.entries(expected)) {
    const other = got[name]!;
    expect([other.type, other.dims]).toEqual([tensor.type, tensor.dims]);
    const values = toDoubles(tensor)!;
    const largest = values.reduce((max, v) => Math.max(max, Math.abs(v)), 1);
    const apart = toDoubles(other)!.findIndex((v, i) => !(Math.abs(v - values[i]!) <= tolerance * largest));
    expect({ name, apart }).toEqual({ name, apart: -1 });
  }
}

/** Constant values without a pattern, in [-1, 1]. */
export const ramp = (...dims: number[]) =>
  float32(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(3 * i + 1)),
  );

export const scales = (...values: number[]): Tensor => float32([values.length], values);
