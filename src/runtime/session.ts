/** Runs ONNX models: the only importer of onnxruntime. */
import * as ort from 'onnxruntime-node';
import { defined } from '../defined.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { arrays, type DataType, type Tensor, type TensorData } from '../math/tensor.ts';

export interface SessionOptions {
  /** Threads inside an operator; 0 leaves the choice to onnxruntime. */
  readonly threads?: number;
  /**
   * Signed integer weights as unsigned ones: processors without VNNI instructions otherwise saturate u8 x s8
   * products at 16 bits.
   */
  readonly preciseIntegers?: boolean;
  /** Made of the error where onnxruntime rejects the model: it is the user's unless we wrote the graph. */
  readonly onRejected?: (reason: string) => Diagnostic;
}

export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * Values of all outputs, by name. `only` limits what is computed and returned. Data sets hold float32: whole numbers
   * among them, such as the indices of words, are fed in the type that the model takes.
   */
  run(feeds: Readonly<Record<string, Tensor>>, only?: readonly string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * WeightBiasQuantization rounds the floating-point weights of a layer between DequantizeLinear and QuantizeLinear to 8 bits
 * with one step for all of them: another network, and often a far worse one.
 */
const exactOptimizations = {
  optimization: { disable_specified_optimizers: 'WeightBiasQuantization' },
} as const;

/** Opens a model given as encoded bytes. */
export async function openSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    ...defined({
      intraOpNumThreads: options.threads,
    }),
    extra: {
      ...exactOptimizations,
      ...(options.preciseIntegers && { session: { x64quantprecision: '1' } }),
    },
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
    async run(feeds, only) {
      const values = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, toOrt(asWanted(tensor, types.get(name)))]),
      );
      const results = await session.run(values, only ?? session.outputNames);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
    },
    release: () => session.release(),
  };
}

function asWanted(tensor: Tensor, type: string | undefined): Tensor {
  if (tensor.type !== 'float32' || !type || type === 'float32') return tensor;
  const values = tensor.data as Float32Array;
  const { dims } = tensor;
  switch (type) {
    case 'int64':
      return { type, dims, data: BigInt64Array.from(values, (v) => BigInt(Math.round(v))) };
    case 'int32':
    case 'uint8':
    case 'int8':
      return { type, dims, data: arrays[type].from(values.map(Math.round)) };
    case 'bool':
      return { type, dims, data: Uint8Array.from(values, (v) => (v === 0 ? 0 : 1)) };
    case 'float64':
      return { type, dims, data: Float64Array.from(values) };
    default:
      return tensor;
  }
}

function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type as ort.Tensor.Type, tensor.data as Float32Array, tensor.dims);
}

function fromOrt(value: ort.Tensor): Tensor {
  return { type: value.type as DataType, dims: value.dims, data: value.data as TensorData };
}
