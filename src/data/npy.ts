/** NumPy's .npy files (NEP 1: a magic string, a version, a Python literal as header, then the elements). */
import type { ByteSource } from '../files/byte-source.ts';
import { sizeOf } from '../math/tensor.ts';
import { type ElementType, elementSize } from './bytes.ts';
import type { StoredArray } from './source.ts';
import { unreadable } from './unreadable.ts';

const types: Readonly<Record<string, ElementType>> = {
  '|u1': 'uint8',
  '|b1': 'uint8',
  '|i1': 'int8',
  '<u2': 'uint16',
  '<i2': 'int16',
  '<i4': 'int32',
  '<i8': 'int64',
  '<f2': 'float16',
  '<f4': 'float32',
  '<f8': 'float64',
};

/** NumPy itself reads no longer one that it does not trust (`max_header_size`). */
const longestHeader = 10_000;

/** Whether these first bytes are those of a .npy file. */
export function isNpy(head: Uint8Array): boolean {
  return head[0] === 0x93 && Buffer.from(head.subarray(1, 6)).toString('latin1') === 'NUMPY';
}

/** Reads the header of a .npy array, which diagnostics call `path`. Raises dataUnreadable. */
export async function readNpy(path: string, bytes: ByteSource): Promise<StoredArray> {
  const fail = (reason: string) => unreadable(path, reason);
  const head = await bytes.read(0, 12);
  if (!isNpy(head) || head.length < 12) throw fail('this is not a .npy array');
  const wide = head[6]! >= 2;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.size || length > longestHeader)
    throw fail('the header of this .npy array is damaged');
  const header = Buffer.from(await bytes.read(start, length)).toString('utf8');
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (order === undefined || shape === undefined) throw fail('the header of this .npy array is damaged');
  const type = types[descr ?? ''];
  if (!type)
    throw fail(
      `elements of type ${descr ?? 'unknown'} are not read; save them as one of ${Object.keys(types).join(' ')}`,
    );
  const dims = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  if (order === 'True' && dims.length > 1)
    throw fail('this .npy array is in Fortran order; save numpy.ascontiguousarray(x) instead');
  const offset = start + length;
  const expected = offset + sizeOf(dims) * elementSize(type);
  if (bytes.size !== expected)
    throw fail(`this .npy array has ${bytes.size} bytes where its header says ${expected}`);
  return { path, bytes, offset, type, littleEndian: true, dims };
}
