/**
 * How the dimensions of operators on integers and of onnxruntime's own operators follow from their inputs: each has the
 * shape of an ONNX operator on some of its inputs.
 */
import type { OnnxNode } from '../ir/graph.ts';
import { intOf, isSet } from './attribute-values.ts';
import type { Known, Shape } from './dims-known.ts';
import { shapeRules } from './dims-rules.ts';

/** The operator that a node has the shape of, and which of its inputs are that operator's. */
const alike: Readonly<Record<string, readonly [op: string, ...inputs: number[]]>> = {
  ConvInteger: ['Conv', 0, 1],
  DynamicQuantizeLinear: ['QuantizeLinear', 0],
  MatMulInteger: ['MatMul', 0, 1],
  QLinearConv: ['Conv', 0, 3],
  QLinearMatMul: ['MatMul', 0, 3],
  BiasGelu: ['Gelu', 0],
  BiasSoftmax: ['Softmax', 0],
  DynamicQuantizeMatMul: ['MatMul', 0, 1],
  FastGelu: ['Gelu', 0],
  FusedConv: ['Conv', 0, 1],
  FusedGemm: ['Gemm', 0, 1],
  FusedMatMul: ['MatMul', 0, 1],
  Gelu: ['Gelu', 0],
  MatMulIntegerToFloat: ['MatMul', 0, 1],
  QGemm: ['Gemm', 0, 3],
  QLinearAdd: ['Add', 0, 3],
  QLinearAveragePool: ['AveragePool', 0],
  QLinearGlobalAveragePool: ['GlobalAveragePool', 0],
  QLinearLeakyRelu: ['LeakyRelu', 0],
  QLinearMul: ['Mul', 0, 3],
  QLinearSigmoid: ['Sigmoid', 0],
  QLinearSoftmax: ['Softmax', 0],
  QuickGelu: ['Gelu', 0],
  SkipLayerNormalization: ['LayerNormalization', 0],
};

/** @returns the dimensions of the node's outputs; undefined for an operator that is not in the table */
export function fusedShape(node: OnnxNode, known: Known): readonly Shape[] | undefined {
  if (!Object.hasOwn(alike, node.op)) return undefined;
  const [op, ...places] = alike[node.op]!;
  const inputs = places.map((place) => node.inputs[place] ?? '');
  const shapes = inputs.map((name, i) => exchanged(known.dims(name), node, i));
  if (intOf(node, 'channels_last', 0) === 1) return [shapes[0]?.map(() => undefined)];
  const dims = (name?: string) => shapes[inputs.indexOf(name ?? '')] ?? known.dims(name);
  return shapeRules.get(op)!(shapes[0], { ...node, op, inputs }, { ...known, dims });
}

/** A side of FusedMatMul as it is multiplied. */
function exchanged(shape: Shape, node: OnnxNode, side: number): Shape {
  const isExchanged = node.op === 'FusedMatMul' && isSet(node, side === 0 ? 'transA' : 'transB');
  return isExchanged && shape && shape.length > 1
    ? [...shape.slice(0, -2), shape.at(-1), shape.at(-2)]
    : shape;
}
