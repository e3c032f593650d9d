/**
 * Gather of rows of a constant matrix -> OneHot and MatMul: an index drives one wordline. OneHot counts negative
 * indices from the end, as Gather does.
 */
import { int, type OnnxNode } from '../../../src/ir/graph.ts';
import { float32, int64, type Tensor } from '../../../src/math/tensor.ts';
import { elementNumber } from '../../../src/onnx/element-types.ts';
import type { Emitter } from './emitter.ts';

/** @param table [rows][columns] */
export function emitEmbedding(emit: Emitter, node: OnnxNode, table: Tensor): void {
  const [stored = '', indices = ''] = node.inputs;
  const depth = emit.constant('rows', () => int64([], [table.dims[0]!]));
  const values = emit.constant('off-on', () => float32([2], [0, 1]));
  // onnxruntime has OneHot for int64 indices and float32 values alone.
  const long = emit.op('index', 'Cast', [indices], { to: int(elementNumber('int64')) });
  const hot = emit.op('one-hot', 'OneHot', [long, depth, values]);
  const input =
    table.type === 'float32'
      ? hot
      : emit.op('one-hot', 'Cast', [hot], { to: int(elementNumber(table.type)) });
  emit.op('rows', 'MatMul', [input, stored], {}, node.outputs[0]);
}
