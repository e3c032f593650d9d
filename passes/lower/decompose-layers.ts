/**
 * Graph -> Graph in which operators that hold weight matrices among other things (ConvTranspose, LSTM, GRU, RNN,
 * embeddings, products over other axes, Conv and Gemm with unusual biases) are products with constant matrices, which lower-linear takes, and standard digital operators. In exact
 * arithmetic both compute the same. The emitted operators carry the origin of the node that they replace.
 */
import { type Graph, type Node, type OnnxNode, type Origin, valuesOf } from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import { decideComposite, isLeftGemm } from '../../src/onnx/composite.ts';
import { readContraction } from '../../src/onnx/contraction.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import type { Dims } from '../../src/onnx/dims-known.ts';
import { isRecurrent, readRecurrent } from '../../src/onnx/recurrent.ts';
import { emitContraction } from './decompose/contraction.ts';
import { emitConvTranspose } from './decompose/conv-transpose.ts';
import { emitEmbedding } from './decompose/embedding.ts';
import { type Decomposed, emitterOf } from './decompose/emitter.ts';
import { emitRecurrent } from './decompose/recurrent.ts';
import { emitLeftGemm, emitSplit } from './decompose/split.ts';

export interface DecomposeContext {
  /** Layers that the options keep digital. */
  readonly keepDigital?: (origin: Origin) => boolean;
}

export const decomposeLayers = {
  name: 'decompose-layers',
  /** @param graph of opset 21, with constants folded */
  run(graph: Graph, context: DecomposeContext = {}): Graph {
    const dims = inferDims(graph);
    const names = new Set(valuesOf(graph));
    const constants = new Map(graph.constants);
    const made = new Map<string, string>();
    const nodes = graph.nodes.flatMap((node): readonly Node[] => {
      if (node.kind !== 'onnx' || !decideComposite(node, graph, dims)?.crossbar) return [node];
      if (context.keepDigital?.(node.origin)) return [node];
      const into: Decomposed = { nodes: [], constants, names, made };
      decompose(node, graph, dims, into);
      return into.nodes;
    });
    return dropUnusedConstants({ ...graph, nodes, constants });
  },
};

/** @param node one that decideComposite sends to a crossbar */
function decompose(node: OnnxNode, graph: Graph, dims: Dims, into: Decomposed): void {
  const emit = emitterOf(node, into);
  const [first = '', second = ''] = node.inputs;
  if (node.op === 'ConvTranspose')
    emitConvTranspose(emit, node, graph.constants.get(second)!, dims.get(first));
  else if (node.op === 'MatMul' || node.op === 'Einsum') {
    const contraction = readContraction(node, graph, dims);
    if ('reason' in contraction) return;
    const weights = graph.constants.get(node.inputs[1 - contraction.inputIndex]!)!;
    emitContraction(emit, node, contraction, weights);
  } else if (isLeftGemm(node, graph)) emitLeftGemm(emit, node);
  else if (node.op === 'Gemm' || node.op === 'Conv') emitSplit(emit, node, graph.constants.get(second)!);
  else if (node.op === 'Gather') emitEmbedding(emit, node, graph.constants.get(first)!);
  else if (isRecurrent(node.op)) {
    const layer = readRecurrent(node, graph, dims);
    if (!('reason' in layer)) emitRecurrent(emit, node, layer, graph.constants);
  }
}
