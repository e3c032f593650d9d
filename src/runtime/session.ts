/** Runs ONNX models, with exact integers and without telemetry: the only importer of onnxruntime. */
import * as ort from 'onnxruntime-node';
import { defined } from '../defined.ts';
import { deviceFailed } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { DataType, Tensor, TensorData } from '../math/tensor.ts';
import { type Device, isAccelerator } from './device.ts';
import { fedAs } from './feed-type.ts';
import { type Inferred, inferredOf } from './inferred.ts';

export interface SessionOptions {
  /** Threads inside an operator; 0 leaves the choice to onnxruntime. */
  readonly threads?: number;
  /** Whether onnxruntime may rewrite the graph first. Default: true. */
  readonly optimized?: boolean;
  /** Where operators run that it has kernels for; all others run on the processor. Default: `cpu`. */
  readonly device?: Device;
}

export interface Session {
  readonly inputs: readonly string[];
  /** Those that are tensors: what a sequence or a map holds is no result here. */
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

/**
 * Read when onnxruntime opens its first session. It would write a log and a session file into the folder of temporary
 * files and a database into the user's cache, and look for a server to send them to. A worker's environment is a copy
 * that onnxruntime does not see: there the main thread's counts, which loads this module first.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';

/** CUDA's libraries would round the factors of products to 11 bits, where the card has a fast path for such; read when they are loaded. */
process.env.NVIDIA_TF32_OVERRIDE = '0';

/**
 * Integers as the operators define them. Without VNNI instructions onnxruntime adds pairs of u8 x s8 products in 16 bits,
 * which saturate; this turns signed weights into unsigned ones, whose kernels do not.
 */
const unsignedWeights = { x64quantprecision: '1' };
/**
 * Instead, for models to which that cannot be done: floating point between DequantizeLinear and QuantizeLinear. Neither
 * reaches signed weights that a model computes while it runs.
 */
const unfused = { disable_quant_qdq: '1' };

/**
 * WeightBiasQuantization rounds the floating-point weights of a layer between DequantizeLinear and QuantizeLinear to 8 bits
 * with one step for all of them: another network, and often a far worse one. MatmulTransposeFusion ends the process where
 * integers are transposed, cast and multiplied (onnxruntime 1.30).
 */
const optimization = { disable_specified_optimizers: 'WeightBiasQuantization;MatmulTransposeFusion' };

/** Opens a model given as encoded bytes. @throws DiagnosticError device/failed, where it is to run on a device */
export async function openSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { device } = options;
  const open = (session: Record<string, string>) =>
    ort.InferenceSession.create(model, {
      graphOptimizationLevel: options.optimized === false ? 'disabled' : 'all',
      logSeverityLevel: 4,
      extra: { session, optimization },
      ...(isAccelerator(device) && { executionProviders: [device] }),
      ...defined({ intraOpNumThreads: options.threads }),
    });
  // Signed inputs of QLinearMatMul and QLinearConv, and weights that two nodes dequantize: it refuses its own rewriting.
  const session = await onDevice(device, () => open(unsignedWeights).catch(() => open(unfused)));
  const types = new Map(
    session.inputMetadata.map((m): [string, string] => [m.name, m.isTensor ? m.type : 'float32']),
  );
  const tensors = new Set(session.outputMetadata.flatMap((m) => (m.isTensor ? [m.name] : [])));
  const outputs = session.outputNames.filter((name) => tensors.has(name));
  return {
    inputs: session.inputNames,
    outputs,
    inferred: inferredOf(session.outputMetadata),
    async run(feeds, only) {
      const values = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, toOrt(fedAs(tensor, types.get(name)))]),
      );
      const results = await onDevice(device, () => session.run(values, only ?? outputs));
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
    },
    release: () => session.release(),
  };
}

/** What a device cannot do is no fault of the model. @throws DiagnosticError device/failed */
async function onDevice<T>(device: Device | undefined, work: () => Promise<T>): Promise<T> {
  if (!isAccelerator(device)) return work();
  return work().catch((error: unknown) => {
    throw new DiagnosticError([deviceFailed(device, firstLine(error))]);
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!;
}

function toOrt(tensor: Tensor): ort.Tensor {
  return new ort.Tensor(tensor.type as ort.Tensor.Type, tensor.data as Float32Array, tensor.dims);
}

function fromOrt(value: ort.Tensor): Tensor {
  return { type: value.type as DataType, dims: value.dims, data: value.data as TensorData };
}
