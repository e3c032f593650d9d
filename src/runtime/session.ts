/** Runs ONNX models: the only importer of onnxruntime. */
import * as ort from 'onnxruntime-node';
import { defined } from '../defined.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { DataType, Tensor, TensorData } from '../math/tensor.ts';
import { fedAs } from './feed-type.ts';
import { type Inferred, inferredOf } from './inferred.ts';

export interface SessionOptions {
  /** Threads inside an operator; 0 leaves the choice to onnxruntime. */
  readonly threads?: number;
  /**
   * Signed integer weights as unsigned ones: processors without VNNI instructions otherwise saturate u8 x s8
   * products at 16 bits.
   */
  readonly preciseIntegers?: boolean;
  /** Whether onnxruntime may rewrite the graph first. Default: true. */
  readonly optimized?: boolean;
  /** Made of the error where onnxruntime rejects the model: it is the user's unless we wrote the graph. */
  readonly onRejected?: (reason: string) => Diagnostic;
}

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What is known of the outputs before they are computed. */
  readonly inferred: ReadonlyMap<string, Inferred>;
  /**
   * Values of all outputs, by name. `only` limits what is computed and returned. Data sets hold float32: whole numbers
   * among them, such as the indices of words, are fed in the type that the model takes.
   */
  run(feeds: Readonly<Record<string, Tensor>>, only?: readonly string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** Opens a model given as encoded bytes. */
export async function openSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: options.optimized === false ? 'disabled' : 'all',
    logSeverityLevel: 4,
    ...defined({
      intraOpNumThreads: options.threads,
      extra: options.preciseIntegers ? { session: { x64quantprecision: '1' } } : undefined,
    }),
  }).catch((error: unknown) => {
    if (!options.onRejected) throw error;
    throw new DiagnosticError([options.onRejected(error instanceof Error ? error.message : String(error))]);
  });
  const types = new Map(
    session.inputMetadata.map((m): [string, string] => [m.name, m.isTensor ? m.type : 'float32']),
  );
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    inferred: inferredOf(session.outputMetadata),
    async run(feeds, only) {
      const values = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, toOrt(fedAs(tensor, types.get(name)))]),
      );
      const results = await session.run(values, only ?? session.outputNames);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
    },
    release: () => session.release(),
  };
}

function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type as ort.Tensor.Type, tensor.data as Float32Array, tensor.dims);
}

function fromOrt(value: ort.Tensor): Tensor {
  return { type: value.type as DataType, dims: value.dims, data: value.data as TensorData };
}
