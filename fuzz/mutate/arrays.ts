/** Mutations of NumPy's files: headers and elements of .npy, and what lies in archives of them. */
import { readZip, writeZip } from '../../src/files/zip.ts';
import type { Random } from '../random.ts';
import { mutateBytes } from './bytes.ts';
import { mutateJson } from './json.ts';
import { mutateNumber, mutateWhole } from './numbers.ts';

const kinds = [
  '|u1',
  '|i1',
  '|b1',
  '<i2',
  '>i2',
  '<u2',
  '<i4',
  '<i8',
  '<f2',
  '<f4',
  '>f4',
  '<f8',
  '<c8',
  '|O',
  '<U4',
  '|V3',
];
/** Bytes in front of the header's text, in version 1 of the format. */
const preamble = 10;

export function mutateNpy(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length < preamble || random.chance(0.2)) return mutateBytes(random, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = Math.min(bytes.length, preamble + view.getUint16(8, true));
  const header = Buffer.from(bytes.subarray(preamble, start)).toString('latin1');
  if (random.chance(0.4)) return withElement(random, bytes, start);
  return withHeader(bytes, start, changedHeader(random, header));
}

function changedHeader(random: Random, header: string): string {
  switch (random.below(4)) {
    case 0:
      return header.replace(/'[|<>]\w+'/, `'${random.pick(kinds)}'`);
    case 1:
      return header.replace(/\d+(?=[,)])/, (dim) => String(mutateWhole(random, Number(dim))));
    case 2:
      return header.replace(/\(([^)]*)\)/, (_, dims: string) => `(${changedShape(random, dims)})`);
    default:
      return header.replace('False', random.pick(['True', 'None', 'false', "'False'"]));
  }
}

function changedShape(random: Random, dims: string): string {
  const list = dims.split(',').filter((dim) => dim.trim() !== '');
  return random.pick([
    list.toReversed().join(','),
    [...list, 1].join(','),
    [1, ...list].join(','),
    list.slice(1).join(','),
    list.slice(0, -1).join(','),
    String(list.reduce((product, dim) => product * Number(dim), 1)),
    `${list.join(',')},`.repeat(20),
    '',
  ]);
}

function withHeader(bytes: Uint8Array, start: number, header: string): Uint8Array {
  const text = Buffer.from(`${header.trimEnd()}\n`, 'latin1');
  const head = Uint8Array.from(bytes.subarray(0, preamble));
  new DataView(head.buffer).setUint16(8, text.length, true);
  return Buffer.concat([head, text, bytes.subarray(start)]);
}

/** Elements of 32-bit floats become large, small, infinite or no numbers. */
function withElement(random: Random, bytes: Uint8Array, start: number): Uint8Array {
  const count = (bytes.length - start) >> 2;
  if (count === 0) return mutateBytes(random, bytes);
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  const at = start + 4 * random.below(count);
  const value = mutateNumber(random, view.getFloat32(at, true));
  const all = random.chance(0.1);
  for (let i = all ? start : at; i < (all ? start + 4 * count : at + 1); i += 4)
    view.setFloat32(i, value, true);
  return copy;
}

/** Mutates what lies in an archive, which arrays there are, or the bytes of the archive itself. */
export function mutateZip(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.15)) return mutateBytes(random, bytes);
  let files: Map<string, Uint8Array>;
  try {
    files = readZip(bytes);
  } catch {
    return mutateBytes(random, bytes);
  }
  const names = [...files.keys()];
  if (names.length === 0) return mutateBytes(random, bytes);
  const name = random.pick(names);
  const file = files.get(name)!;
  const way = random.below(10);
  if (way === 0) files.delete(name);
  else if (way === 1)
    files.set(random.pick([...names, 'x.npy', 'labels.npy', '../x.npy', '__proto__']), file);
  else files.set(name, mutateMember(random, name, file));
  return writeZip(files);
}

function mutateMember(random: Random, name: string, bytes: Uint8Array): Uint8Array {
  if (name.endsWith('.json')) return mutateJson(random, bytes);
  if (name.endsWith('.npy')) return mutateNpy(random, bytes);
  return random.chance(0.6) ? withElement(random, bytes, 0) : mutateBytes(random, bytes);
}
