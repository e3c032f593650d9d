/**
 * Corrections of a layer on the programmed chip: the package's calibration vectors go through its arrays and converters, and
 * least squares fits what comes out, and sums of the inputs, to the integer reference.
 */
import type { ReadArrays } from '../chip/read.ts';
import type { Correction } from '../column-correction.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import { isMadeUp, type LayerRecord } from '../ir/calibration-record.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Graph } from '../ir/graph.ts';
import { lowerCrossbar } from '../lower/crossbar.ts';
import { createEmitter } from '../lower/emit.ts';
import { foldLayer } from '../lower/fold.ts';
import type { FoldedLayer } from '../lower/folded.ts';
import { dequantized, lowerFloat, readIntegers } from '../lower/reference.ts';
import { float32, sizeOf } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { realsOf } from '../record/range.ts';
import { openSession } from '../runtime/session.ts';
import { type FittedCorrection, type FittedLayer, fitLayer } from './fit-layer.ts';
import type { Measurement } from './fit-terms.ts';

/** What correcting a chip needs of its package. */
export type CorrectedPackage = Pick<Package, 'layers' | 'reference' | 'record'>;

/**
 * What the layer may be corrected by; undefined where it computes exactly.
 * @param left share of the chip's conductance that is left since it was programmed
 */
export async function correctLayer(
  pkg: CorrectedPackage,
  layer: CrossbarLayer,
  arrays: ReadArrays,
  correction: Correction,
  left = 1,
): Promise<FittedLayer | undefined> {
  const folded = foldLayer(layer, arrays);
  if (folded.exact) return undefined;
  const record = pkg.record.layers.get(layer.output);
  if (!record) throw new InternalError('correct', `no calibration vectors of ${layer.output}`);
  const inputs = realInputs(layer, record);
  const { measured, wanted } = await measure(pkg, layer, folded, inputs, record.count);
  // As large as they were when the chip was programmed, so that gains are limited around one.
  const made = { measured: measured.map((y) => y / left), wanted, inputs };
  // Made-up inputs do not tell how those of a network belong together.
  const most = isMadeUp(pkg.record) ? 'columns' : correction;
  const fitted = fitLayer(layer, made, record.positions, most);
  const [plain, ...more] = fitted.ways;
  return { ...fitted, ways: [enlarged(plain, 1 / left), ...more.map((way) => enlarged(way, 1 / left))] };
}

function enlarged(way: FittedCorrection, factor: number): FittedCorrection {
  const { correction } = way;
  return { ...way, correction: { ...correction, gain: correction.gain.map((gain) => gain * factor) } };
}

/** Real values of the calibration vectors, [vector][groups * rows]. */
function realInputs({ quantization }: CrossbarLayer, { vectors }: LayerRecord): Float32Array {
  const reals = realsOf(quantization);
  const inputs = new Float32Array(vectors.length);
  // `from` with a function takes ten times as long.
  for (let i = 0; i < inputs.length; i++) inputs[i] = reals[vectors[i]!]!;
  return inputs;
}

/** Sends the calibration vectors through the programmed layer, and through its integers without a chip. */
async function measure(
  pkg: CorrectedPackage,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  inputs: Float32Array,
  count: number,
): Promise<Measurement> {
  const single = oneVectorLayer(layer);
  const emit = createEmitter(single.output, layer.origin);
  lowerCrossbar(emit, single, folded);
  const plain = { ...single, output: 'wanted' };
  lowerFloat(createEmitter(plain.output, layer.origin, emit.nodes, emit.constants), {
    ...plain,
    kind: 'mvm',
    weights: () => dequantized(layer, readIntegers(pkg.reference, layer)),
    bias: Float64Array.from(layer.bias),
    folded: [],
  });
  const graph: Graph = {
    name: layer.output,
    irVersion: pkg.reference.irVersion,
    opsets: pkg.reference.opsets,
    inputs: [{ name: single.input, elementType: 1, dims: undefined }],
    outputs: [single, plain].map(({ output }) => ({ name: output, elementType: 1, dims: undefined })),
    nodes: emit.nodes,
    constants: emit.constants,
    functions: [],
  };
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const space = single.geometry.kind === 'conv' ? single.geometry.kernel : [];
  const channels = (layer.groups * layer.rows) / sizeOf(space);
  const result = await session.run({ [single.input]: float32([count, channels, ...space], inputs) });
  await session.release();
  const [measured, wanted] = [single, plain].map(({ output }) => result[output]!.data as Float32Array);
  return { measured: measured!, wanted: wanted! };
}

/** The same layer on inputs that are exactly one MVM: a kernel-sized patch, or one row. */
function oneVectorLayer(layer: CrossbarLayer): CrossbarLayer {
  const { geometry } = layer;
  const io = { input: 'vectors', output: 'outputs' };
  if (geometry.kind === 'matmul') return { ...layer, ...io };
  const ones = geometry.kernel.map(() => 1);
  const none = geometry.pads.map(() => 0);
  // A pointwise layer is a matrix product, which onnxruntime runs faster than a 1x1 convolution of single pixels.
  if (layer.groups === 1 && geometry.kernel.every((k) => k === 1))
    return { ...layer, ...io, geometry: { kind: 'matmul' } };
  return { ...layer, ...io, geometry: { ...geometry, strides: ones, dilations: ones, pads: none } };
}
