/**
 * AttributeProto <-> Attribute. Scalars, lists and tensors are decoded; every other kind (subgraphs, types, sparse
 * tensors, strings that are not UTF-8) is carried as its encoded message, with the outer values that it reads.
 */
import type { Attribute, Attributes } from '../ir/graph.ts';
import {
  type AttributeProto,
  attributeCodec,
  attributeTypes,
  type GraphProto,
  type TensorProto,
  toInt64,
  toNumber,
} from './proto.ts';
import { decodeTensor, type ExternalBytes, encodeTensor, type TensorProblem } from './tensor-proto.ts';

/**
 * @param external the bytes of those tensors whose data lie outside the model
 * @returns the attribute, or why its tensor is damaged
 */
export function decodeAttribute(
  proto: AttributeProto,
  external: ReadonlyMap<TensorProto, ExternalBytes>,
): Attribute | TensorProblem {
  const opaque = (): Attribute => ({
    type: 'opaque',
    value: attributeCodec.encode(proto),
    captures: capturesOf(proto),
  });
  if (proto.refAttrName) return opaque();
  switch (proto.type || inferType(proto)) {
    case attributeTypes.int:
      return { type: 'int', value: toNumber(proto.i) };
    case attributeTypes.float:
      return { type: 'float', value: proto.f ?? 0 };
    case attributeTypes.ints:
      return { type: 'ints', value: (proto.ints ?? []).map(toNumber) };
    case attributeTypes.floats:
      return { type: 'floats', value: [...(proto.floats ?? [])] };
    case attributeTypes.string: {
      const value = decodeText(proto.s ?? new Uint8Array());
      return value === undefined ? opaque() : { type: 'string', value };
    }
    case attributeTypes.strings: {
      const value = (proto.strings ?? []).map(decodeText);
      return value.every((s) => s !== undefined) ? { type: 'strings', value } : opaque();
    }
    case attributeTypes.tensor: {
      if (!proto.t) return { problem: 'corrupt', reason: 'it has no tensor' };
      const value = decodeTensor(proto.t, external.get(proto.t));
      if (!('problem' in value)) return { type: 'tensor', value };
      return value.problem === 'corrupt' ? value : opaque();
    }
    default:
      return opaque();
  }
}

export function encodeAttributes(attributes: Attributes): AttributeProto[] {
  return Object.entries(attributes).map(([name, attribute]) => encodeAttribute(name, attribute));
}

function encodeAttribute(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.type) {
    case 'int':
      return { name, type: attributeTypes.int, i: toInt64(attribute.value) };
    case 'float':
      return { name, type: attributeTypes.float, f: attribute.value };
    case 'ints':
      return { name, type: attributeTypes.ints, ints: attribute.value.map(toInt64) };
    case 'floats':
      return { name, type: attributeTypes.floats, floats: attribute.value };
    case 'string':
      return { name, type: attributeTypes.string, s: new TextEncoder().encode(attribute.value) };
    case 'strings':
      return {
        name,
        type: attributeTypes.strings,
        strings: attribute.value.map((s) => new TextEncoder().encode(s)),
      };
    case 'tensor':
      return { name, type: attributeTypes.tensor, t: encodeTensor('', attribute.value) };
    case 'opaque':
      return attributeCodec.decode(attribute.value);
  }
}

/** Files of IR version 1 do not say the type: it is that of the only field that is set. */
function inferType(proto: AttributeProto): number {
  const set = (field: keyof AttributeProto) => Object.hasOwn(proto, field);
  if (proto.g || proto.graphs?.length) return attributeTypes.graph;
  if (proto.t) return attributeTypes.tensor;
  if (proto.ints?.length) return attributeTypes.ints;
  if (proto.floats?.length) return attributeTypes.floats;
  if (proto.strings?.length) return attributeTypes.strings;
  if (set('s')) return attributeTypes.string;
  if (set('i')) return attributeTypes.int;
  return set('f') ? attributeTypes.float : 0;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function subgraphsOf(attribute: AttributeProto): readonly GraphProto[] {
  return [...(attribute.g ? [attribute.g] : []), ...(attribute.graphs ?? [])];
}

function capturesOf(attribute: AttributeProto): string[] {
  return [...new Set(subgraphsOf(attribute).flatMap(freeValues))];
}

/** Values that a subgraph reads and does not define. */
function freeValues(graph: GraphProto): string[] {
  const nodes = graph.node ?? [];
  const defined = new Set([
    ...(graph.input ?? []).map((v) => v.name ?? ''),
    ...(graph.initializer ?? []).map((t) => t.name ?? ''),
    ...(graph.sparseInitializer ?? []).map((t) => t.values?.name ?? ''),
    ...nodes.flatMap((n) => n.output ?? []),
  ]);
  const read = [
    ...nodes.flatMap((n) => [...(n.input ?? []), ...(n.attribute ?? []).flatMap(capturesOf)]),
    ...(graph.output ?? []).map((v) => v.name ?? ''),
  ];
  return read.filter((name) => name !== '' && !defined.has(name));
}
