/** `crossloom disasm`: the bytes of a bitstream -> its text, array by array. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { decodeBitstream } from '../bitstream/decode.ts';
import { disassembleArray, disassembleHeader } from '../bitstream/disassemble.ts';
import { type ByteSource, memorySource } from '../files/byte-source.ts';
import { mostGenerated } from '../files/read-file.ts';
import { packageFiles } from '../package/manifest.ts';
import { withExamples } from './help.ts';
import { type Io, readStdin } from './io.ts';

async function run(io: Io, place: string): Promise<void> {
  const { source, file } = await openPlace(io, place);
  const { header, arrays } = await decodeBitstream(source, file);
  const write = (lines: Iterable<string>) => io.stdout(`${[...lines].join('\n')}\n`);
  write(disassembleHeader(header));
  for await (const program of arrays) write(disassembleArray(program));
}

/** A package's bitstream, a file, or standard input. */
async function openPlace(
  io: Io,
  place: string,
): Promise<{ readonly source: string | ByteSource; readonly file: string }> {
  if (place === '-')
    return { source: memorySource(await readStdin(io, mostGenerated)), file: 'standard input' };
  const entry = await stat(place).catch(() => undefined);
  const file = entry?.isDirectory() ? join(place, packageFiles.bitstream) : place;
  return { source: file, file };
}

export function declareDisasm(command: Command, io: Io): void {
  command.argument('<package>', 'a package, an .xbs file, or - for standard input');
  withExamples(
    command,
    'crossloom disasm mobilenetv2.xbar | less',
    'crossloom disasm mobilenetv2.xbar | crossloom asm - -o again.xbs',
  ).action((place: string) => run(io, place));
}
