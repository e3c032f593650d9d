/** A node's attributes as plain values, with the operator's default where the node does not give one. */
import type { Attribute, OnnxNode } from '../ir/graph.ts';

type Type = Attribute['type'];
type Values = { readonly [A in Attribute as A['type']]: A['value'] };

/** @returns of a node's attribute of that name and type its value; undefined where the node does not give it */
function reader<T extends Type>(type: T) {
  return (node: OnnxNode, name: string): Values[T] | undefined => {
    const attribute = node.attributes[name];
    return attribute?.type === type ? (attribute.value as Values[T]) : undefined;
  };
}

function readerWithDefault<T extends Type>(type: T) {
  const read = reader(type);
  return (node: OnnxNode, name: string, otherwise: Values[T]) => read(node, name) ?? otherwise;
}

export const intOf = readerWithDefault('int');
export const floatOf = readerWithDefault('float');
export const stringOf = readerWithDefault('string');
export const intsOf = reader('ints');
export const floatsOf = reader('floats');
export const stringsOf = reader('strings');

/** Whether a flag is anything but 0. */
export function isSet(node: OnnxNode, name: string): boolean {
  return intOf(node, name, 0) !== 0;
}
