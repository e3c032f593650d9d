/** The bytes of delta.xbs: what turns a chip that was programmed from an earlier package into one of a new compilation. */
import { deltaOf } from '../bitstream/delta.ts';
import { encodeArray, encodeHeader, encodeTrailer } from '../bitstream/encode.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { BitstreamHeader } from '../ir/schedule.ts';
import { decodePrograms } from './bitstreams.ts';
import type { Package } from './open.ts';

/**
 * @param header of the new compilation's program.xbs
 * @param before the earlier package, of the same target and with its weights in the same places
 * @returns chunk by chunk, as they are asked for
 * @throws InternalError where the earlier package is of another target, or has another number of arrays
 */
export async function encodeDelta(
  compiled: Pick<Compiled, 'loaded' | 'schedule'>,
  header: BitstreamHeader,
  before: Package,
): Promise<AsyncIterable<Uint8Array>> {
  const { hidden } = compiled.loaded.target;
  const { header: old, arrays } = await decodePrograms(before);
  if (old.fingerprint !== header.fingerprint || old.arrays !== header.arrays)
    throw new InternalError('delta', 'a delta between packages of different targets or numbers of arrays');
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield encodeHeader({ ...header, base: before.bitstream });
    let count = 0;
    for await (const program of deltaOf(arrays, compiled.schedule(), hidden)) {
      yield encodeArray(header, program);
      count++;
    }
    yield encodeTrailer(count);
  }
  return chunks();
}
