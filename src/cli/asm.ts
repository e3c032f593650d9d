/** `crossloom asm`: the text of a bitstream -> its bytes. */
import type { Command } from 'commander';
import { assemble } from '../bitstream/assemble.ts';
import { bitstreamUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { mostGenerated, readText } from '../files/read-file.ts';
import { writeInPlace } from '../files/write-file.ts';
import { withExamples } from './help.ts';
import { type Io, readStdin } from './io.ts';
import { checkOutput } from './output.ts';

interface AsmCommandLine {
  readonly output: string;
  readonly force?: true;
}

async function run(io: Io, file: string, { output, force }: AsmCommandLine): Promise<void> {
  await checkOutput(output, force ?? false);
  const { text, name } = file === '-' ? await fromStdin(io) : { text: await fromFile(file), name: file };
  await writeInPlace(output, assemble(text, name), force ?? false);
}

async function fromStdin(io: Io): Promise<{ readonly text: string; readonly name: string }> {
  return { text: (await readStdin(io, mostGenerated)).toString('utf8'), name: 'standard input' };
}

async function fromFile(file: string): Promise<string> {
  const read = await readText(file, mostGenerated);
  if ('text' in read) return read.text;
  throw new DiagnosticError([bitstreamUnreadable(file, read)]);
}

export function declareAsm(command: Command, io: Io): void {
  command
    .argument('<file>', 'a text file, or - for standard input')
    .requiredOption('-o, --output <file.xbs>', 'the bitstream')
    .option('--force', 'replace an existing file');
  withExamples(
    command,
    'crossloom asm program.txt -o program.xbs',
    'crossloom disasm mobilenetv2.xbar | crossloom asm - -o again.xbs',
  ).action((file: string, args: AsmCommandLine) => run(io, file, args));
}
