/** Input ranges that a model brings along: values that DequantizeLinear gives with a constant scale. */
import type { Graph, InputQuantization, MvmNode, OnnxNode } from '../ir/graph.ts';
import { type DataType, toDoubles } from '../math/tensor.ts';
import { elementType } from '../onnx/element-types.ts';

/** Operators that give values of their first input, and no others. */
const movesOnly = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'MaxPool']);

/** Values from `low` to `high`. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** The range of an input of the graph that the model itself quantizes per tensor to 8 bits; else undefined. */
export function ownInputRange(graph: Graph, input: string): ValueRange | undefined {
  const quantize = graph.nodes.find(
    (n): n is OnnxNode => n.kind === 'onnx' && n.op === 'QuantizeLinear' && n.inputs[0] === input,
  );
  const scale = scalar(graph, quantize?.inputs[1]);
  const zeroName = quantize?.inputs[2];
  const zero = zeroName ? scalar(graph, zeroName) : 0;
  const type = quantize && codesOf(graph, quantize.outputs[0]!);
  if (scale === undefined || zero === undefined || (type !== 'int8' && type !== 'uint8')) return undefined;
  const least = type === 'int8' ? -128 : 0;
  return { low: scale * (least - zero), high: scale * (least + 255 - zero) };
}

/** The same of a layer's input: replicas have that of the value whose positions they share. */
export function ownOfLayer(graph: Graph, { input, replica }: Pick<MvmNode, 'input' | 'replica'>) {
  return ownQuantization(graph, replica?.of ?? input);
}

/** The quantization of `value`, where the model itself quantizes it per tensor to 8 bits; else undefined. */
export function ownQuantization(graph: Graph, value: string): InputQuantization | undefined {
  let dequantize = producerOf(graph, value);
  while (dequantize && movesOnly.has(dequantize.op)) dequantize = producerOf(graph, dequantize.inputs[0]!);
  if (dequantize?.op !== 'DequantizeLinear') return undefined;
  const scale = scalar(graph, dequantize.inputs[1]);
  const zeroName = dequantize.inputs[2];
  const type = zeroName ? graph.constants.get(zeroName)?.type : codesOf(graph, dequantize.inputs[0]!);
  const zero = zeroName ? scalar(graph, zeroName) : 0;
  if (scale === undefined || zero === undefined || (type !== 'int8' && type !== 'uint8')) return undefined;
  const signed = type === 'int8';
  // int8 codes around z are the same grid as unsigned codes around z + 128.
  return { scale: Math.fround(scale), zero: signed ? zero + 128 : zero, signed: false, bits: 8 };
}

/** The type of codes without a zero point, where QuantizeLinear makes them: uint8, unless it says otherwise. */
function codesOf(graph: Graph, value: string): DataType | undefined {
  const quantize = producerOf(graph, value);
  if (quantize?.op !== 'QuantizeLinear') return undefined;
  const type = quantize.attributes.output_dtype;
  if (type?.type === 'int' && type.value !== 0) return elementType(type.value);
  const zeroName = quantize.inputs[2];
  return zeroName ? graph.constants.get(zeroName)?.type : 'uint8';
}

function producerOf(graph: Graph, value: string): OnnxNode | undefined {
  return graph.nodes.find((n): n is OnnxNode => n.kind === 'onnx' && n.outputs.includes(value));
}

function scalar(graph: Graph, name: string | undefined): number | undefined {
  const tensor = name ? graph.constants.get(name) : undefined;
  const values = tensor && toDoubles(tensor);
  return values?.length === 1 ? values[0] : undefined;
}
