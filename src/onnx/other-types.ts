/** Types of values that are no tensors, such as sequences and maps: carried as they are, named in messages. */
import type { ValueInfo } from '../ir/graph.ts';
import { type TypeProto, typeCodec } from './proto.ts';

/** What ValueInfo keeps of a type: nothing of a tensor's. */
export function otherTypeOf(type: TypeProto | null | undefined): Pick<ValueInfo, 'otherType'> {
  return type?.value === undefined || type.value === 'tensorType'
    ? {}
    : { otherType: typeCodec.encode(type) };
}

const names: Readonly<Record<string, string>> = {
  sequenceType: 'a sequence',
  optionalType: 'an optional value',
  mapType: 'a map',
  sparseTensorType: 'a sparse tensor',
};

export function describeOtherType(type: Uint8Array): string {
  return names[typeCodec.decode(type).value ?? ''] ?? 'of a type of its own';
}

/** Element type of the tensors in a sequence, of the values of a map; 0 where it is not told. */
export function innerElementType(type: Uint8Array): number {
  let inner: TypeProto | null | undefined = typeCodec.decode(type);
  while (inner && inner.value !== 'tensorType')
    inner = inner.sequenceType?.elemType ?? inner.optionalType?.elemType ?? inner.mapType?.valueType;
  return inner?.tensorType?.elemType ?? 0;
}
