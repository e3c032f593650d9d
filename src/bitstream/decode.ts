/**
 * The bytes of program.xbs -> header and ArrayPrograms, as FORMAT.md lays them out. Whatever the format does not allow is
 * a diagnostic with its byte offset in the file.
 */
import type { ByteSource } from '../files/byte-source.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import {
  decodeHeader,
  frameLength,
  maxHeaderLength,
  openFrame,
  type Progress,
  type Section,
} from './decode-frame.ts';
import { decodeSection } from './decode-section.ts';
import { sectionHeadLength } from './layout.ts';
import { openSource } from './source.ts';

export interface Bitstream {
  readonly header: BitstreamHeader;
  /** One array after the other, each read when it is asked for. Trailer and length are checked after the last. */
  readonly arrays: AsyncGenerator<ArrayProgram, void, undefined>;
}

/** A bitstream whose sections are still to be decoded, such as by several threads. */
export interface Sections {
  readonly header: BitstreamHeader;
  /** One section after the other, each read when it is asked for. Trailer and length are checked after the last. */
  readonly sections: AsyncGenerator<Section, void, undefined>;
}

/**
 * Reads a bitstream section by section; at no time is more than one in memory.
 * @param source path of a file, or a reader
 * @param file its name in diagnostics
 * @throws DiagnosticError bitstreamInvalid, here for the header and while iterating for the rest; packageUnreadable where
 * the file cannot be opened
 */
export async function readSections(source: string | ByteSource, file: string): Promise<Sections> {
  const input = await openSource(source);
  try {
    const { header, progress } = decodeHeader(
      await input.read(0, Math.min(maxHeaderLength, input.size)),
      file,
    );
    return { header, sections: sectionsFrom(source, header, progress, file) };
  } finally {
    await input.close();
  }
}

/** Reads a bitstream array by array, as `readSections` does. */
export async function decodeBitstream(source: string | ByteSource, file: string): Promise<Bitstream> {
  const { header, sections } = await readSections(source, file);
  async function* decoded(): AsyncGenerator<ArrayProgram, void, undefined> {
    for await (const section of sections) yield decodeSection(header, section);
  }
  return { header, arrays: decoded() };
}

async function* sectionsFrom(
  source: string | ByteSource,
  header: BitstreamHeader,
  start: Progress,
  file: string,
): AsyncGenerator<Section, void, undefined> {
  const input = await openSource(source);
  try {
    let progress = start;
    for (;;) {
      const { offset } = progress;
      const head = await input.read(offset, Math.max(0, Math.min(sectionHeadLength, input.size - offset)));
      const length = frameLength(head, progress, input.size, file);
      const frame = openFrame(header, await input.read(offset, length), length, progress, input.size, file);
      if (!frame) return;
      yield frame.section;
      progress = frame.progress;
    }
  } finally {
    await input.close();
  }
}

/**
 * Decodes a bitstream that is in memory.
 * @throws DiagnosticError bitstreamInvalid
 */
export function decodeBytes(
  bytes: Uint8Array,
  file: string,
): { readonly header: BitstreamHeader; readonly programs: readonly ArrayProgram[] } {
  const { header, progress: start } = decodeHeader(bytes.subarray(0, maxHeaderLength), file);
  const programs: ArrayProgram[] = [];
  let progress = start;
  for (;;) {
    const { offset } = progress;
    const length = frameLength(
      bytes.subarray(offset, offset + sectionHeadLength),
      progress,
      bytes.length,
      file,
    );
    const frame = openFrame(
      header,
      bytes.subarray(offset, offset + length),
      length,
      progress,
      bytes.length,
      file,
    );
    if (!frame) return { header, programs };
    programs.push(decodeSection(header, frame.section));
    progress = frame.progress;
  }
}
