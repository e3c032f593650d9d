/**
 * ConvTranspose -> a 1x1 Conv that gives every input position its kernel's worth of outputs, Col2Im that adds up where
 * they overlap, and the cut to the output's size. The bias is added at the end: it must be added once per position.
 */
import { int, ints, type OnnxNode } from '../../../src/ir/graph.ts';
import { sizeOf, type Tensor } from '../../../src/math/tensor.ts';
import { type ConvTranspose, fullLength, readConvTranspose } from '../../../src/onnx/conv-transpose.ts';
import { type Dim, knownSpace } from '../../../src/onnx/dims-known.ts';
import { reshaped, transpose } from '../../../src/onnx/evaluate-movement.ts';
import type { Emitter } from './emitter.ts';
import { overlapVolume } from './overlap-volume.ts';
import { spreadBias } from './split.ts';

/**
 * @param weights [groups * channels][outputs][kernel]
 * @param dims of the input, as far as they are known
 */
export function emitConvTranspose(
  emit: Emitter,
  node: OnnxNode,
  weights: Tensor,
  dims: readonly Dim[] | undefined,
): void {
  const [x = '', w = '', b = ''] = node.inputs;
  const [, outputs = 0, ...kernel] = weights.dims;
  const layer = readConvTranspose(node, kernel);
  const columns = layer.groups * outputs * sizeOf(kernel);
  const axes = kernel.length;
  const rearrange = () => pointwiseWeights(weights, layer.groups);
  const pointwise = emit.rearranged(w, `pointwise-${layer.groups}`, rearrange);
  const patches = emit.op('patches', 'Conv', [x, pointwise], {
    kernel_shape: ints(kernel.map(() => 1)),
    group: int(layer.groups),
  });
  const known = knownSpace(dims, axes);
  const sizes = known ? knownSizes(emit, layer, known) : sizesAtRunTime(emit, layer, x);
  const flat = () => emit.op('columns', 'Reshape', [patches, emit.vector('flat', [0, columns, -1])]);
  const full =
    axes === 3
      ? overlapVolume(emit, layer, patches, layer.groups * outputs, known!)
      : overlapAdd(emit, layer, flat(), sizes.full);
  const [y] = node.outputs as [string];
  const cut = (output?: string) => (sizes.cut ? emit.op('cut', 'Pad', [full, sizes.cut], {}, output) : full);
  if (b === '') {
    if (sizes.cut) cut(y);
    else emit.op('y', 'Identity', [full], {}, y);
    return;
  }
  const result = cut();
  emit.op('y', 'Add', [result, spreadBias(emit, b, axes)], {}, y);
}

/**
 * Col2Im, over two axes in any case: onnxruntime's general one loses channels.
 * @param columns [batch, channels * kernel, positions]
 * @returns [batch, channels, ...full]
 */
function overlapAdd(emit: Emitter, layer: ConvTranspose, columns: string, full: string): string {
  const { kernel, strides, dilations } = layer;
  const flat = kernel.length === 1;
  const plane = (list: readonly number[]) => (flat ? [1, ...list] : list);
  const size = flat
    ? emit.op('full-size', 'Concat', [emit.vector('height', [1]), full], { axis: int(0) })
    : full;
  const attributes = { strides: ints(plane(strides)), dilations: ints(plane(dilations)) };
  const inputs = [columns, size, emit.vector('kernel', plane(kernel))];
  const sums = emit.op('overlapped', 'Col2Im', inputs, attributes);
  return flat ? emit.op('overlapped', 'Squeeze', [sums, emit.vector('axis-2', [2])]) : sums;
}

/** [groups * channels][outputs][kernel] -> [groups * outputs * kernel][channels][1...]. */
function pointwiseWeights(weights: Tensor, groups: number): Tensor {
  const [channels = 0, ...rest] = weights.dims;
  const columns = sizeOf(rest);
  const grouped = reshaped(weights, [groups, channels / groups, columns])!;
  const ones = rest.slice(1).map(() => 1);
  return reshaped(transpose(grouped, [0, 2, 1])!, [groups * columns, channels / groups, ...ones])!;
}

interface Sizes {
  /** Spatial size before the cut. */
  readonly full: string;
  /** Pads of all axes, negative where they cut; undefined where nothing is cut. */
  readonly cut: string | undefined;
}

function knownSizes(emit: Emitter, layer: ConvTranspose, space: readonly number[]): Sizes {
  const { kernel, strides, dilations } = layer;
  const full = space.map((d, i) => fullLength(d, kernel[i]!, strides[i]!, dilations[i]!));
  const crops = space.map((d, i) => layer.crop(i, d));
  return { full: emit.vector('full-size', full), cut: fixedCut(emit, crops) };
}

function fixedCut(emit: Emitter, crops: readonly (readonly [number, number])[]): string | undefined {
  if (crops.every(([begin, end]) => begin === 0 && end === 0)) return undefined;
  const none = [0, 0];
  const pads = [...none, ...crops.map(([begin]) => -begin), ...none, ...crops.map(([, end]) => -end)];
  // No negative zeros.
  const plain = pads.map((p) => p || 0);
  return emit.vector('cut', plain);
}

/** full = stride * inputs + (dilation * (kernel - 1) + 1 - stride) */
function sizesAtRunTime(emit: Emitter, layer: ConvTranspose, x: string): Sizes {
  const { kernel, strides, dilations } = layer;
  const inputs = emit.op('input-size', 'Shape', [x], { start: int(2) });
  const reach = kernel.map((_, i) => fullLength(0, kernel[i]!, strides[i]!, dilations[i]!));
  const strided = emit.op('full-size', 'Mul', [inputs, emit.vector('strides', strides)]);
  const full = emit.op('full-size', 'Add', [strided, emit.vector('reach', reach)]);
  if (layer.outputShape) return { full, cut: cutAtRunTime(emit, layer, full, layer.outputShape) };
  const crops = kernel.map((_, axis) => layer.crop(axis, 1));
  return { full, cut: fixedCut(emit, crops) };
}

/** The crop that leaves a given shape: of the positions that are too many, half at either side. */
function cutAtRunTime(
  emit: Emitter,
  { outputPadding, odd }: ConvTranspose,
  full: string,
  outputShape: readonly number[],
): string {
  const { vector } = emit;
  const shape = vector('shape', outputShape);
  const padded = emit.op('excess', 'Add', [full, vector('output-padding', outputPadding)]);
  const excess = emit.op('excess', 'Max', [emit.op('excess', 'Sub', [padded, shape]), vector('zero', [0])]);
  const raised = emit.op('begin', 'Add', [excess, vector('odd', [odd])]);
  const begin = emit.op('begin', 'Div', [raised, vector('two', [2])]);
  const end = emit.op('end', 'Sub', [emit.op('end', 'Add', [shape, begin]), full]);
  const none = vector('none', [0, 0]);
  return emit.op('cut', 'Concat', [none, emit.op('begin', 'Neg', [begin]), none, end], { axis: int(0) });
}
