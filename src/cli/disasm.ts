/** `crossloom disasm`: the bytes of a bitstream -> its text, array by array. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { decodeBitstream } from '../bitstream/decode.ts';
import { disassembleArray, disassembleHeader } from '../bitstream/disassemble.ts';
import { type ByteSource, memorySource } from '../files/byte-source.ts';
import { mostGenerated } from '../files/read-file.ts';
import { bitstreamFile } from '../package/bitstreams.ts';
import { withExamples } from './help.ts';
import { type Io, readStdin } from './io.ts';
import { wholeNumber } from './options.ts';

interface DisasmCommandLine {
  readonly pass?: number;
}

async function run(io: Io, place: string, { pass }: DisasmCommandLine): Promise<void> {
  const { source, file } = await openPlace(io, place, pass ?? 0);
  const { header, arrays } = await decodeBitstream(source, file);
  const write = (lines: Iterable<string>) => io.stdout(`${[...lines].join('\n')}\n`);
  if (pass === undefined && existsSync(join(place, bitstreamFile(1))))
    write(['# What stays on the chip. `--pass 1` prints the first pass.']);
  write(disassembleHeader(header));
  for await (const program of arrays) write(disassembleArray(program));
}

/** A package's bitstream, a file, or standard input. */
async function openPlace(
  io: Io,
  place: string,
  pass: number,
): Promise<{ readonly source: string | ByteSource; readonly file: string }> {
  if (place === '-')
    return { source: memorySource(await readStdin(io, mostGenerated)), file: 'standard input' };
  const entry = await stat(place).catch(() => undefined);
  const file = entry?.isDirectory() ? join(place, bitstreamFile(pass)) : place;
  return { source: file, file };
}

export function declareDisasm(command: Command, io: Io): void {
  command
    .argument('<package>', 'a package, an .xbs file, or - for standard input')
    .option('--pass <k>', 'of a package whose layers take passes, what this one writes', wholeNumber(1));
  withExamples(
    command,
    'crossloom disasm mobilenetv2.xbar | less',
    'crossloom disasm mobilenetv2.xbar | crossloom asm - -o again.xbs',
  ).action((place: string, args: DisasmCommandLine) => run(io, place, args));
}
