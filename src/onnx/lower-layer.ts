/**
 * A node that `decide` sends to a crossbar -> its matrix, in doubles, as MvmNode lays it out; the weights are not read
 * before somebody asks for them. Gemm's alpha and beta go
 * into weights and bias.
 */
import type { Geometry, Graph, MvmNode, OnnxNode, Reals } from '../ir/graph.ts';
import { sizeOf, type Tensor, toDoubles } from '../math/tensor.ts';
import { transposed } from '../math/transposed.ts';
import { floatOf, intOf, intsOf, isSet, stringOf } from './attribute-values.ts';

/** What a layer computes, without its place in the graph. */
export interface Layer
  extends Pick<MvmNode, 'geometry' | 'groups' | 'rows' | 'columns' | 'weights' | 'bias'> {
  /** Name of the constant that holds the weights. */
  readonly tensor: string;
  /** How its values became the matrix: layers of one constant and arrangement have the same weights. */
  readonly arrangement: string;
}

/** @param node one that `decide` sends to a crossbar */
export function lowerLayer(node: OnnxNode, { constants }: Graph): Layer {
  const [, second = '', third = ''] = node.inputs;
  const bias = constants.get(third);
  if (node.op === 'Conv') return lowerConv(node, second, constants.get(second)!, bias);
  if (node.op === 'Gemm') {
    const transposed = isSet(node, 'transB');
    const layer = lowerMatrix(second, constants.get(second)!, transposed, floatOf(node, 'alpha', 1));
    return { ...layer, bias: spread(bias, layer.columns, floatOf(node, 'beta', 1)) };
  }
  return lowerMatrix(second, constants.get(second)!, false, 1);
}

function lowerConv(node: OnnxNode, tensor: string, weights: Tensor, bias: Tensor | undefined): Layer {
  const [outputs = 0, channels = 0, ...kernel] = weights.dims;
  const groups = intOf(node, 'group', 1);
  const columns = outputs / groups;
  const rows = channels * sizeOf(kernel);
  return {
    geometry: convGeometry(node, kernel),
    groups,
    rows,
    columns,
    weights: () => transposed(toReals(weights), columns, rows),
    bias: spread(bias, outputs, 1),
    tensor,
    arrangement: `${groups} groups`,
  };
}

function convGeometry(node: OnnxNode, kernel: readonly number[]): Geometry {
  const ones = kernel.map(() => 1);
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  const known = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER' || autoPad === 'VALID';
  return {
    kind: 'conv',
    kernel,
    strides: intsOf(node, 'strides') ?? ones,
    dilations: intsOf(node, 'dilations') ?? ones,
    pads: intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0),
    autoPad: known ? autoPad : 'NOTSET',
  };
}

/** @param columnsFirst the stored matrix is [column][row] */
function lowerMatrix(tensor: string, stored: Tensor, columnsFirst: boolean, factor: number): Layer {
  const [rows, columns] = columnsFirst
    ? [stored.dims.at(-1)!, stored.dims.at(-2)!]
    : [stored.dims.at(-2)!, stored.dims.at(-1)!];
  const weights = () => {
    const values = factor === 1 ? toReals(stored) : toDoubles(stored)!;
    if (factor !== 1) for (let i = 0; i < values.length; i++) values[i]! *= factor;
    return columnsFirst ? transposed(values, columns, rows) : values;
  };
  const bias = new Float64Array(columns);
  const arrangement = `${columnsFirst ? 'transposed ' : ''}times ${factor}`;
  const geometry = { kind: 'matmul' } as const;
  return { geometry, groups: 1, rows, columns, weights, bias, tensor, arrangement };
}

/** A new array, in the tensor's own width. */
function toReals(tensor: Tensor): Reals {
  if (tensor.type !== 'float32') return toDoubles(tensor)!;
  const values = tensor.data as Float32Array;
  return tensor.deferred ? values : values.slice();
}

/** One value per column, from a bias of one value or of one per column. */
function spread(bias: Tensor | undefined, columns: number, factor: number): Float64Array {
  const values = bias ? toDoubles(bias)! : new Float64Array(1);
  return Float64Array.from({ length: columns }, (_, i) => factor * values[values.length === 1 ? 0 : i]!);
}
