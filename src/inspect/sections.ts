/** Some arrays of a bitstream: the others are passed over undecoded. */
import { readSections } from '../bitstream/decode.ts';
import { decodeSection } from '../bitstream/decode-section.ts';
import type { ByteSource } from '../files/byte-source.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';

interface Some {
  readonly header: BitstreamHeader;
  /** In the order of the bitstream, each decoded when it is asked for. */
  readonly programs: AsyncGenerator<ArrayProgram, void, undefined>;
}

/**
 * @param source path of a file, or a reader
 * @param file its name in diagnostics
 * @param arrays that are wanted, all of them in the bitstream
 * @throws DiagnosticError as decodeBitstream
 */
export async function programsOf(
  source: string | ByteSource,
  file: string,
  arrays: ReadonlySet<number>,
): Promise<Some> {
  const { header, sections } = await readSections(source, file);
  async function* wanted(): AsyncGenerator<ArrayProgram, void, undefined> {
    let left = arrays.size;
    if (left === 0) return;
    for await (const section of sections) {
      if (!arrays.has(section.array)) continue;
      yield decodeSection(header, section);
      if (--left === 0) return;
    }
  }
  return { header, programs: wanted() };
}
