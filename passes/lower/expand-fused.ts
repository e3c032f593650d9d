/**
 * Graph -> Graph in which layers as onnxruntime's optimizer and quantizers write them (com.microsoft, and ONNX's operators on
 * integers) are standard operators on real numbers, so that a model that onnxruntime optimized compiles like its source. Only
 * nodes with constant weights are rewritten: others stay digital as they are. The emitted operators carry the origin of the
 * node that they replace.
 */
import { blockedLayout } from '../../src/diagnostics/all.ts';
import { raise } from '../../src/diagnostics/diagnostic.ts';
import {
  type Graph,
  type Node,
  type OnnxNode,
  type Origin,
  outputsOf,
  valuesOf,
} from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import { blockedDomain, runtimeDomain } from '../../src/onnx/runtime-operators.ts';
import { type Decomposed, emitterOf } from './decompose/emitter.ts';
import { writeFusedConv, writeFusedGemm, writeFusedMatMul } from './decompose/fused.ts';
import {
  writeConvInteger,
  writeDynamicQuantizeMatMul,
  writeMatMulInteger,
  writeMatMulIntegerToFloat,
} from './decompose/integer-products.ts';
import { writeMatMulNBits } from './decompose/n-bits.ts';
import { writeQGemm, writeQLinearConv, writeQLinearMatMul } from './decompose/q-linear.ts';
import type { Surroundings, Writer } from './decompose/writing.ts';

export interface ExpandContext {
  /** The model's file, as messages name it. */
  readonly file?: string;
  /** Layers that the options keep digital. */
  readonly keepDigital?: (origin: Origin) => boolean;
  /** Lets a graph pass that cannot be compiled, for those who only ask what becomes of the nodes. */
  readonly unchecked?: boolean;
}

const writers: Readonly<Record<string, ReadonlyMap<string, Writer>>> = {
  '': new Map(
    Object.entries({
      QLinearConv: writeQLinearConv,
      QLinearMatMul: writeQLinearMatMul,
      ConvInteger: writeConvInteger,
      MatMulInteger: writeMatMulInteger,
    }),
  ),
  [runtimeDomain]: new Map(
    Object.entries({
      FusedConv: writeFusedConv,
      FusedGemm: writeFusedGemm,
      FusedMatMul: writeFusedMatMul,
      TransposeMatMul: writeFusedMatMul,
      QLinearConv: writeQLinearConv,
      QGemm: writeQGemm,
      MatMulIntegerToFloat: writeMatMulIntegerToFloat,
      DynamicQuantizeMatMul: writeDynamicQuantizeMatMul,
      MatMulNBits: writeMatMulNBits,
    }),
  ),
};

export const expandFused = {
  name: 'expand-fused',
  /**
   * @param graph of opset 21, with constants folded
   * @throws DiagnosticError onnx/blocked-layout
   */
  run(graph: Graph, context: ExpandContext = {}): Graph {
    if (!context.unchecked) refuseBlocked(graph, context.file ?? graph.name);
    const writerOf = (node: OnnxNode) =>
      Object.hasOwn(writers, node.domain) ? writers[node.domain]!.get(node.op) : undefined;
    if (!graph.nodes.some((node) => node.kind === 'onnx' && writerOf(node))) return graph;
    const around = surroundingsOf(graph);
    const names = new Set(valuesOf(graph));
    const constants = new Map(graph.constants);
    const made = new Map<string, string>();
    const nodes = graph.nodes.flatMap((node): readonly Node[] => {
      if (node.kind !== 'onnx' || context.keepDigital?.(node.origin)) return [node];
      const writing = writerOf(node)?.(node, around);
      if (!writing) return [node];
      const into: Decomposed = { nodes: [], constants, names, made };
      writing(emitterOf(node, into));
      return into.nodes;
    });
    return dropUnusedConstants({ ...graph, nodes, constants });
  },
};

function surroundingsOf(graph: Graph): Surroundings {
  const dims = inferDims(graph);
  const producers = new Map(
    graph.nodes.flatMap((node) =>
      node.kind === 'onnx' ? outputsOf(node).map((name) => [name, node] as const) : [],
    ),
  );
  return {
    constants: graph.constants,
    rank: (name) => (graph.constants.get(name)?.dims ?? dims.get(name))?.length,
    producer: (name) => producers.get(name),
  };
}

function refuseBlocked(graph: Graph, file: string): void {
  const blocked = graph.nodes.filter((node) => node.kind === 'onnx' && node.domain === blockedDomain);
  if (blocked.length > 0)
    raise([
      blockedLayout(
        file,
        blocked.map(({ origin }) => origin.op),
      ),
    ]);
}
