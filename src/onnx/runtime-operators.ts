/** Operators of onnxruntime's own domains: why those stay digital that hold weights, and what to do about it. */
import type { OnnxNode } from '../ir/graph.ts';

/** What onnxruntime's optimizer and quantizers write. */
export const runtimeDomain = 'com.microsoft';
/** Convolutions in the layout of one kind of processor, which only level `all` writes. */
export const blockedDomain = 'com.microsoft.nchwc';

const reasons = new Map<string, string>([
  [
    'Attention',
    'its query, key and value matrices are fused into one operator (optimize the model without attention fusion to map them)',
  ],
  [
    'QAttention',
    'its query, key and value matrices are fused into one operator (quantize the model without attention fusion to map them)',
  ],
  [
    'DynamicQuantizeLSTM',
    "its weights are packed for one kernel (leave LSTM out of quantize_dynamic's op_types_to_quantize to map it)",
  ],
  [
    'MatMulBnb4',
    'its weights are in a format of floating point with 4 bits (export the model without it to map it)',
  ],
]);

/** @returns undefined for an operator of another domain, or one that there is nothing special to say about */
export function whyRuntimeOperator(node: OnnxNode): string | undefined {
  if (node.domain === blockedDomain)
    return "it is in the layout of one kind of processor (save the optimized model at level 'extended', or compile the one before it)";
  if (node.domain !== runtimeDomain) return undefined;
  const reason = reasons.get(node.op);
  if (reason) return reason;
  return node.op.startsWith('QLinear')
    ? 'it computes with the integers of its own inputs; onnxruntime runs it as it is'
    : undefined;
}
