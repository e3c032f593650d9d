/**
 * The largest error that 8-bit input codes and 8-bit weights can cause in one linear node. With |dx| <= dX and
 * |dw| <= dW, |(x + dx)(w + dw) - x w| <= (|x| + dX)(|w| + dW) - |x||w|, and every output is a sum of such products with
 * factors that do not change: the bound of all outputs is the node itself, run on (|x| + dX, |w| + dW) and on (|x|, |w|) without
 * its bias. It knows nothing of how the compiler turns the node into matrices.
 */
import type { Graph, OnnxNode } from '../../src/ir/graph.ts';
import { float32, type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import type { Feeds } from '../support/build.ts';

/** Rounding in 32-bit floating point, of quotients at the edge of a code and of sums, as a part of the sum of |x||w|. */
const rounding = 1e-6;

/** @returns the bound for every output value; undefined where the graph is not one node with one input, linear in it */
export async function quantizationBound(graph: Graph, feeds: Feeds): Promise<Float64Array | undefined> {
  const [node, ...others] = graph.nodes;
  const [input, ...otherInputs] = graph.inputs;
  if (node?.kind !== 'onnx' || !linear.includes(node.op) || others.length + otherInputs.length > 0)
    return undefined;
  const x = feeds[input!.name]!;
  const constant = node.inputs.slice(0, 2).find((name) => graph.constants.has(name))!;
  const weights = graph.constants.get(constant)!;
  const values = toDoubles(x)!;
  const inputStep = (Math.max(0, ...values) - Math.min(0, ...values)) / 255;
  const weightStep = Math.max(...toDoubles(weights)!.map(Math.abs)) / 127;
  const at = { node, input: input!.name, constant };
  const exact = await run(graph, at, absolute(x, 0), absolute(weights, 0));
  const beside = await run(graph, at, absolute(x, inputStep / 2), absolute(weights, weightStep / 2));
  return exact.map((value, i) => beside[i]! - value + rounding * value);
}

const linear = ['Conv', 'ConvTranspose', 'Einsum', 'Gemm', 'MatMul'];

function absolute(tensor: Tensor, more: number): Tensor {
  const values = toDoubles(tensor)!.map((v) => Math.abs(v) + more);
  return tensor.type === 'float64'
    ? { type: 'float64', dims: tensor.dims, data: values }
    : float32(tensor.dims, Float32Array.from(values));
}

interface Operands {
  readonly node: OnnxNode;
  /** Names of the value that is fed and of the weights. */
  readonly input: string;
  readonly constant: string;
}

/** The node without its bias. */
async function run(
  graph: Graph,
  { node, input, constant }: Operands,
  x: Tensor,
  weights: Tensor,
): Promise<Float64Array> {
  const bare: Graph = {
    ...graph,
    constants: new Map([[constant, weights]]),
    nodes: [{ ...node, inputs: node.inputs.slice(0, 2) }],
  };
  const session = await openSession(encodeModel(bare));
  const result = await session.run({ [input]: x });
  await session.release();
  return toDoubles(Object.values(result)[0]!)!;
}
