/** Reading and changing a node's attributes, as the rules of the opset upgrade need it. */
import type { Attribute, Attributes } from '../ir/graph.ts';
import type { Tensor } from '../tensor.ts';

export function intOf(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.type === 'int' ? attribute.value : otherwise;
}

export function floatOf(attributes: Attributes, name: string, otherwise: number): number {
  const attribute = attributes[name];
  return attribute?.type === 'float' ? attribute.value : otherwise;
}

export function stringOf(attributes: Attributes, name: string, otherwise: string): string {
  const attribute = attributes[name];
  return attribute?.type === 'string' ? attribute.value : otherwise;
}

/** A list of integers; an absent one is undefined. */
export function intsOf(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

export function floatsOf(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.type === 'floats' ? attribute.value : undefined;
}

export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

export const int = (value: number): Attribute => ({ type: 'int', value });
export const string = (value: string): Attribute => ({ type: 'string', value });

/** A vector of int64. Attributes hold doubles, in which the largest int64 ("to the end") is 2^63: it is clamped. */
export function vector(values: readonly number[]): Tensor {
  const clamped = values.map((v) => (v >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(v)));
  return { type: 'int64', dims: [values.length], data: BigInt64Array.from(clamped) };
}
