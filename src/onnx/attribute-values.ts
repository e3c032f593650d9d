/** A node's attributes as plain values, with the operator's default where the node does not give one. */
import type { OnnxNode } from '../ir/graph.ts';

export function intOf(node: OnnxNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'int' ? attribute.value : otherwise;
}

export function floatOf(node: OnnxNode, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  return attribute?.type === 'float' ? attribute.value : otherwise;
}

export function stringOf(node: OnnxNode, name: string, otherwise: string): string {
  const attribute = node.attributes[name];
  return attribute?.type === 'string' ? attribute.value : otherwise;
}

/** @returns undefined where the node does not give it */
export function intsOf(node: OnnxNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

/** @returns undefined where the node does not give it */
export function floatsOf(node: OnnxNode, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'floats' ? attribute.value : undefined;
}

/** @returns undefined where the node does not give it */
export function stringsOf(node: OnnxNode, name: string): readonly string[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'strings' ? attribute.value : undefined;
}
