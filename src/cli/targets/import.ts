/** `crossloom targets import`: the parameters of another tool as a target file, and what of them is not in it. */
import type { Command } from 'commander';
import { optionInvalid } from '../../diagnostics/all.ts';
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { writeInPlace } from '../../files/write-file.ts';
import { formatTable, texts } from '../../report/table.ts';
import { formatTarget } from '../../target/format-target.ts';
import { importTarget } from '../../target/import/import-target.ts';
import { targetFingerprint } from '../../target/load.ts';
import { targetNameOf } from '../../target/name-of.ts';
import { leavesOf } from '../../target/tree.ts';
import { withExamples } from '../help.ts';
import { type Io, printJson } from '../io.ts';
import { withJson } from '../options.ts';
import { checkOutput } from '../output.ts';

interface ImportFlags {
  readonly output: string;
  readonly name?: string;
  readonly title?: string;
  readonly force?: true;
  readonly json?: true;
}

async function run(io: Io, file: string, flags: ImportFlags): Promise<void> {
  const { output, title, json } = flags;
  const force = flags.force === true;
  await checkOutput(output, force);
  const name = flags.name ?? targetNameOf(output);
  if (name === '')
    throw new DiagnosticError([
      optionInvalid('targets import', 'the new target has no name', "Give it one, such as '--name my-chip'."),
    ]);
  const { tree, target, format, like, lost } = await importTarget(file, name, title);
  const heading = `${target.title}. Every value says where it comes from: replace what is assumed by what you know, and name its source. \`crossloom targets check ${output}\` tells every problem.`;
  await writeInPlace(output, Buffer.from(formatTarget(tree, target, heading)), force);
  const leaves = leavesOf(tree);
  const imported = leaves.filter(({ from }) => from !== 'assumed').length;
  if (json)
    return printJson(io, 'targets-import', {
      name,
      fingerprint: targetFingerprint(target),
      file,
      format,
      like,
      values: leaves.length,
      assumed: leaves.length - imported,
      fields: leaves.map(({ field, from, source, value }) => ({ field, from, source, value })),
      lost,
    });
  io.stdout(
    `${output}: ${leaves.length} values, ${imported} of them by ${file} (${format}) and ${leaves.length - imported} assumed, most as of ${like}\n`,
  );
  if (lost.length === 0) return;
  const rows = lost.map(({ field, value, reason }) => [field, value, reason]);
  io.stdout('\nNot in the target:\n');
  io.stdout(formatTable(texts('field', 'value', 'why'), rows, io.columns));
}

export function declareImportTarget(command: Command, io: Io): void {
  command
    .argument(
      '<file>',
      'a file of CrossSim, aihwkit, NeuroSim, MNSIM or PIMCOMP, recognised by what is in it',
    )
    .requiredOption('-o, --output <file.yaml>', 'the target file')
    .option('--name <name>', 'of the target (default: as the file)')
    .option('--title <title>', 'what it is, in one line')
    .option('--force', 'replace an existing file');
  withExamples(
    withJson(command),
    'crossloom targets import crosssim.json -o chip.yaml',
    'crossloom targets import crosssim.json -o chip.yaml --json',
  ).action((file: string, flags: ImportFlags) => run(io, file, flags));
}
