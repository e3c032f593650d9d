/** What onnxruntime knows of a model's outputs before it runs. */
import type * as ort from 'onnxruntime-node';
import type { DataType } from '../math/tensor.ts';

/** A tensor; dims that are not known are undefined. */
export interface Inferred {
  readonly type: DataType;
  readonly dims: readonly (number | undefined)[];
}

/** By name; values that are no tensors are absent. */
export function inferredOf(metadata: ort.InferenceSession['outputMetadata']): ReadonlyMap<string, Inferred> {
  const entries = metadata.flatMap((m): [string, Inferred][] =>
    m.isTensor ? [[m.name, { type: m.type as DataType, dims: m.shape.map(dimOf) }]] : [],
  );
  return new Map(entries);
}

const dimOf = (d: number | string): number | undefined => (typeof d === 'number' ? d : undefined);
