/** `crossloom asm`: the text of a bitstream -> its bytes. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { assemble } from '../bitstream/assemble.ts';
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
  const isStdin = file === '-';
  const text = isStdin ? (await readStdin(io)).toString('utf8') : await readFile(file, 'utf8');
  await writeInPlace(output, assemble(text, isStdin ? 'standard input' : file), force ?? false);
}

export function registerAsm(program: Command, io: Io): void {
  const command = program
    .command('asm')
    .description('assemble the text of a bitstream, as disasm prints it')
    .argument('<file>', 'a text file, or - for standard input')
    .requiredOption('-o, --output <file.xbs>', 'the bitstream')
    .option('--force', 'replace an existing file');
  withExamples(
    command,
    'crossloom asm program.txt -o program.xbs',
    'crossloom disasm mobilenetv2.xbar | crossloom asm - -o again.xbs',
  ).action((file: string, args: AsmCommandLine) => run(io, file, args));
}
