/** Writes delta.xbs: what turns a chip that was programmed from an earlier package into one of a new compilation. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { decodeBitstream } from '../bitstream/decode.ts';
import { deltaOf } from '../bitstream/delta.ts';
import { encodeArray, encodeHeader, encodeTrailer } from '../bitstream/encode.ts';
import type { Compiled } from '../compile/compiled.ts';
import { InternalError } from '../diagnostic.ts';
import type { BitstreamHeader } from '../ir/schedule.ts';
import { type Package, pathIn } from './open.ts';

/**
 * @param header of the new compilation's program.xbs
 * @param before the earlier package, of the same target and with its weights in the same places
 * @throws InternalError where it is not
 */
export async function writeDelta(
  compiled: Pick<Compiled, 'loaded' | 'schedule'>,
  header: BitstreamHeader,
  before: Package,
  path: string,
): Promise<void> {
  const { hidden } = compiled.loaded.target;
  if (!hidden) throw new InternalError('delta', 'a delta of a target without hidden planes');
  const file = pathIn(before, 'bitstream');
  const { header: old, arrays } = await decodeBitstream(file, file);
  if (old.fingerprint !== header.fingerprint || old.arrays !== header.arrays)
    throw new InternalError('delta', 'a delta between packages of different targets or numbers of arrays');
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    yield encodeHeader({ ...header, base: before.bitstream });
    let count = 0;
    for await (const program of deltaOf(arrays, compiled.schedule(), hidden!)) {
      yield encodeArray(header, program);
      count++;
    }
    yield encodeTrailer(count);
  }
  await pipeline(pieces, createWriteStream(path));
}
