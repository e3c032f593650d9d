/** What takes the place of a node's attributes, as the rules of the opset upgrade need it. */
import type { Attributes } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';

export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** A vector of int64. Attributes hold doubles, in which the largest int64 ("to the end") is 2^63: it is clamped. */
export function vector(values: readonly number[]): Tensor {
  const clamped = values.map((v) => (v >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(v)));
  return { type: 'int64', dims: [values.length], data: BigInt64Array.from(clamped) };
}
