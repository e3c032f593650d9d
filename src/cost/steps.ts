/** The nodes of a network -> what each takes of one inference, and what it needs before it begins. */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { Node, OnnxNode, QuantizedMvmNode } from '../ir/graph.ts';
import { resolvePadding } from '../ir/padding.ts';
import { type DimsOf, elementsOf, operationsOf } from './digital-work.ts';
import { type Step, shareOfWindow } from './pipeline.ts';

/** Operators whose every output follows from the element of the same place: they pass on what comes. */
const pass = new Set([
  ...['Abs', 'Add', 'BatchNormalization', 'Cast', 'Ceil', 'Clip', 'Concat', 'DequantizeLinear', 'Div'],
  ...['Dropout', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu'],
  ...['Log', 'Max', 'Min', 'Mish', 'Mul', 'Neg', 'Pad', 'Pow', 'PRelu', 'QuantizeLinear', 'Reciprocal'],
  ...['Relu', 'Round', 'Selu', 'Sigmoid', 'Softplus', 'Sqrt', 'Sub', 'Tanh', 'ThresholdedRelu'],
]);

/** @param time of one use of a layer (s) @param operation time of one digital operation (s) */
export function stepsOf(
  record: CalibrationRecord,
  dims: DimsOf,
  time: (use: QuantizedMvmNode) => number,
  operation: number,
): (node: Node) => Step {
  return (node) => {
    if (node.kind === 'quantized-mvm') return layerStep(node, record, time(node));
    if (node.kind === 'mvm') return { time: 0, positions: 1, share: 1 };
    const positions = elementsOf(node.outputs[0] === undefined ? undefined : dims(node.outputs[0]));
    return {
      time: operation * operationsOf(node, dims),
      positions,
      share: digitalShare(node, dims, positions),
    };
  };
}

function layerStep(
  { output, geometry }: QuantizedMvmNode,
  { layers }: CalibrationRecord,
  time: number,
): Step {
  const { positions, space } = layers.get(output)!;
  const padded = resolvePadding(geometry, space);
  if (padded.kind === 'matmul') return { time, positions, share: 1 / Math.max(1, positions) };
  const { kernel, dilations, pads } = padded;
  return { time, positions, share: shareOfWindow(space, kernel, dilations, pads) };
}

function digitalShare({ op, inputs, attributes }: OnnxNode, dims: DimsOf, positions: number): number {
  if (pass.has(op)) return 1 / Math.max(1, positions);
  const { kernel_shape: kernel, dilations, pads } = attributes;
  const space = dims(inputs[0] ?? '')?.slice(2);
  const known = space?.every((size) => size !== undefined) ? (space as readonly number[]) : undefined;
  if (!/^(Average|Max)Pool$|^Conv$/.test(op) || kernel?.type !== 'ints' || !known) return 1;
  return shareOfWindow(
    known,
    kernel.value,
    dilations?.type === 'ints' ? dilations.value : [],
    pads?.type === 'ints' ? pads.value : [],
  );
}
