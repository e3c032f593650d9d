/** Input ranges that a model brings along: a QuantizeLinear and DequantizeLinear pair with constant scale. */
import type { Graph, InputQuantization, OnnxNode } from '../ir/graph.ts';
import { toDoubles } from '../math/tensor.ts';

/** Operators that give values of their first input, and no others. */
const movesOnly = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Transpose', 'Identity', 'MaxPool']);

/** The quantization of `value`, where the model itself quantizes it per tensor to 8 bits; else undefined. */
export function ownQuantization(graph: Graph, value: string): InputQuantization | undefined {
  let dequantize = producerOf(graph, value);
  while (dequantize && movesOnly.has(dequantize.op)) dequantize = producerOf(graph, dequantize.inputs[0]!);
  if (dequantize?.op !== 'DequantizeLinear') return undefined;
  const quantize = producerOf(graph, dequantize.inputs[0]!);
  if (quantize?.op !== 'QuantizeLinear') return undefined;
  const scale = scalar(graph, dequantize.inputs[1]);
  const zeroName = dequantize.inputs[2];
  const zero = zeroName ? scalar(graph, zeroName) : 0;
  if (scale === undefined || zero === undefined) return undefined;
  const signed = zeroName ? graph.constants.get(zeroName)?.type === 'int8' : false;
  // int8 codes around z are the same grid as unsigned codes around z + 128.
  return { scale: Math.fround(scale), zero: signed ? zero + 128 : zero, signed: false };
}

function producerOf(graph: Graph, value: string): OnnxNode | undefined {
  return graph.nodes.find((n): n is OnnxNode => n.kind === 'onnx' && n.outputs.includes(value));
}

function scalar(graph: Graph, name: string | undefined): number | undefined {
  const tensor = name ? graph.constants.get(name) : undefined;
  const values = tensor && toDoubles(tensor);
  return values?.length === 1 ? values[0] : undefined;
}
