/** A piece of a graph, and the values that go in -> a graph of its own, that an ONNX runtime opens. */
import type { Graph, ValueInfo } from '../ir/graph.ts';
import type { Piece } from '../lower/pieces.ts';
import type { DataType, Tensor } from '../math/tensor.ts';
import { elementNumber } from '../onnx/element-types.ts';

/** @param known values that go in, for their types */
export function pieceGraph(graph: Graph, piece: Piece, known: Readonly<Record<string, Tensor>>): Graph {
  const own = new Map(graph.inputs.map((value) => [value.name, value]));
  return {
    ...graph,
    nodes: piece.nodes,
    constants: piece.constants,
    inputs: piece.inputs.map((name) => own.get(name) ?? typed(name, known[name]!.type, undefined)),
    outputs: piece.outputs.map((name) => ({ name, elementType: 0, dims: undefined })),
  };
}

export function typed(name: string, type: DataType, dims: ValueInfo['dims']): ValueInfo {
  return { name, elementType: elementNumber(type), dims };
}
