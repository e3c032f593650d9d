/** Some arrays of a bitstream: the others are passed over undecoded. */
import { readSections } from '../bitstream/decode.ts';
import { decodeSection } from '../bitstream/decode-section.ts';
import type { ByteSource } from '../files/byte-source.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';

interface Some {
  readonly header: BitstreamHeader;
  /** By their numbers. */
  readonly programs: ReadonlyMap<number, ArrayProgram>;
}

/**
 * @param source path of a file, or a reader
 * @param file its name in diagnostics
 * @throws DiagnosticError as decodeBitstream
 */
export async function programsOf(
  source: string | ByteSource,
  file: string,
  arrays: ReadonlySet<number>,
): Promise<Some> {
  const { header, sections } = await readSections(source, file);
  const programs = new Map<number, ArrayProgram>();
  for await (const section of sections) {
    if (arrays.has(section.array)) programs.set(section.array, decodeSection(header, section));
    if (programs.size === arrays.size) break;
  }
  return { header, programs };
}
