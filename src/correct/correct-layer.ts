/**
 * Estimates digital gain and bias of a layer's columns on the programmed chip: the package's calibration vectors go through
 * its arrays and converters, and least squares fits the integer reference to what comes out. It repairs shifted means and
 * gains, which hurt accuracy first; the scatter of single cells stays.
 */

import type { ReadArrays } from '../chip/read.ts';
import { type ColumnCorrection, gainLimit } from '../column-correction.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
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

/** What correcting a chip needs of its package. */
export type CorrectedPackage = Pick<Package, 'layers' | 'reference' | 'record'>;

/**
 * The correction of one layer; undefined where it computes exactly.
 * @param left share of the chip's conductance that is left since it was programmed
 */
export async function correctLayer(
  pkg: CorrectedPackage,
  layer: CrossbarLayer,
  arrays: ReadArrays,
  left = 1,
): Promise<ColumnCorrection | undefined> {
  const folded = foldLayer(layer, arrays);
  if (folded.exact) return undefined;
  const { measured, wanted } = await compare(pkg, layer, folded);
  return fitColumns(layer, measured, wanted, left);
}

/** Outputs of the programmed layer, and of its integers without a chip, for its calibration vectors: [vector][output]. */
async function compare(
  pkg: CorrectedPackage,
  layer: CrossbarLayer,
  folded: FoldedLayer,
): Promise<{ measured: Float32Array; wanted: Float32Array }> {
  const record = pkg.record.layers.get(layer.output);
  if (!record) throw new InternalError('correct', `no calibration vectors of ${layer.output}`);
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
  const reals = realsOf(layer.quantization);
  const input = new Float32Array(record.vectors.length);
  for (let i = 0; i < input.length; i++) input[i] = reals[record.vectors[i]!]!;
  const space = single.geometry.kind === 'conv' ? single.geometry.kernel : [];
  const channels = (layer.groups * layer.rows) / sizeOf(space);
  const result = await session.run({ [single.input]: float32([record.count, channels, ...space], input) });
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

/**
 * Per column, the gain and bias that bring the measured outputs closest to the expected ones.
 * @param left share of their size that measured outputs have in common: gains are limited around its inverse
 */
export function fitColumns(
  layer: Pick<CrossbarLayer, 'groups' | 'columns'>,
  measured: ArrayLike<number>,
  wanted: ArrayLike<number>,
  left = 1,
): ColumnCorrection {
  const outputs = layer.groups * layer.columns;
  const count = measured.length / outputs;
  const gain = new Float32Array(outputs).fill(1 / left);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let meanX = 0;
    let meanY = 0;
    for (let v = 0; v < count; v++) {
      meanX += measured[v * outputs + o]! / count;
      meanY += wanted[v * outputs + o]! / count;
    }
    let xx = 0;
    let xy = 0;
    for (let v = 0; v < count; v++) {
      const x = measured[v * outputs + o]! - meanX;
      xx += x * x;
      xy += x * (wanted[v * outputs + o]! - meanY);
    }
    // A column that hardly responds, or responds the wrong way round, tells nothing about its gain.
    if (xx > 0 && xy > 0) gain[o] = Math.min(gainLimit / left, Math.max(1 / gainLimit / left, xy / xx));
    bias[o] = meanY - gain[o]! * meanX;
  }
  return { gain, bias };
}
