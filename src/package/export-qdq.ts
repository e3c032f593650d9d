/** The quantized model of a package -> an ONNX file in QDQ form, which says in its metadata where it comes from. */
import type { Graph } from '../ir/graph.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerQdq } from '../lower/qdq.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from './open.ts';

/** @param graph of the compilation, with quantized layers */
export function exportQdq({ manifest }: Pick<Package, 'manifest'>, graph: Graph): Uint8Array {
  const lowered = lowerGraph(graph, (node) =>
    node.kind === 'quantized-mvm' ? (emit) => lowerQdq(emit, node) : undefined,
  );
  return encodeModel(lowered, {
    'crossloom.contains': 'a quantized model: QuantizeLinear and DequantizeLinear around its layers',
    'crossloom.version': manifest.crossloom,
    'crossloom.model': `${manifest.model.file} ${manifest.model.sha256}`,
  });
}
