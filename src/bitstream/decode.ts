/**
 * The bytes of program.xbs -> header and ArrayPrograms, as FORMAT.md lays them out. Whatever the format does not allow is
 * a diagnostic with its byte offset in the file.
 */
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { decodeFrame, decodeHeader, frameLength, maxHeaderLength, type Progress } from './decode-frame.ts';
import { sectionHeadLength } from './layout.ts';
import { type ByteSource, openSource } from './source.ts';

export interface Bitstream {
  readonly header: BitstreamHeader;
  /** One array after the other, each read when it is asked for. Trailer and length are checked after the last. */
  readonly arrays: AsyncGenerator<ArrayProgram, void, undefined>;
}

/**
 * Reads a bitstream array by array; at no time is more than one section in memory.
 * @param source path of a file, or a reader
 * @param file its name in diagnostics
 * @throws DiagnosticError bitstreamInvalid, here for the header and while iterating for the rest; packageUnreadable where
 * the file cannot be opened
 */
export async function decodeBitstream(source: string | ByteSource, file: string): Promise<Bitstream> {
  const input = await openSource(source);
  try {
    const { header, progress } = decodeHeader(
      await input.read(0, Math.min(maxHeaderLength, input.size)),
      file,
    );
    return { header, arrays: readArrays(source, header, progress, file) };
  } finally {
    await input.close();
  }
}

async function* readArrays(
  source: string | ByteSource,
  header: BitstreamHeader,
  start: Progress,
  file: string,
): AsyncGenerator<ArrayProgram, void, undefined> {
  const input = await openSource(source);
  try {
    let progress = start;
    for (;;) {
      const { offset } = progress;
      const head = await input.read(offset, Math.max(0, Math.min(sectionHeadLength, input.size - offset)));
      const length = frameLength(head, progress, input.size, file);
      const section = decodeFrame(
        header,
        await input.read(offset, length),
        length,
        progress,
        input.size,
        file,
      );
      if (!section) return;
      yield section.program;
      progress = section.progress;
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
    const frame = bytes.subarray(offset, offset + length);
    const section = decodeFrame(header, frame, length, progress, bytes.length, file);
    if (!section) return { header, programs };
    programs.push(section.program);
    progress = section.progress;
  }
}
