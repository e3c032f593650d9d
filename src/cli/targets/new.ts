/** `crossloom targets new`: writes the file of a chip of one's own, from flags over a target that is like it, or from answers. */
import type { Command } from 'commander';
import { optionInvalid } from '../../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../../diagnostics/diagnostic.ts';
import { writeInPlace } from '../../files/write-file.ts';
import { type Draft, draftOf } from '../../target/draft.ts';
import { formatTarget } from '../../target/format-target.ts';
import { readTargetFile, type TargetFile } from '../../target/load.ts';
import { targetNameOf } from '../../target/name-of.ts';
import { readOverrides } from '../../target/overrides.ts';
import { type Setting, settingOf, splitSource } from '../../target/setting.ts';
import { leavesOf } from '../../target/tree.ts';
import { commandLine } from '../command-line.ts';
import { withExamples } from '../help.ts';
import type { Io } from '../io.ts';
import { withSet } from '../options.ts';
import { checkOutput } from '../output.ts';
import { askForTarget, type Known } from './questions.ts';

interface NewTargetFlags extends Known {
  readonly like?: string;
  readonly set: readonly string[];
}

interface Settings {
  readonly settings: readonly Setting[];
  readonly problems: readonly Diagnostic[];
}

function settingsOf(like: TargetFile, texts: readonly string[]): Settings {
  const read = texts.map((whole) => {
    const { text } = splitSource(whole);
    return { whole, ...readOverrides([text], like.target.programming.scheme) };
  });
  const settings = read.flatMap(({ whole, overrides }) =>
    overrides.map(({ field }) => {
      const value = whole.slice(whole.indexOf('=') + 1).trim();
      return settingOf(field, value, 'given on the command line', `--set ${whole}`);
    }),
  );
  return { settings, problems: read.flatMap(({ problems }) => problems) };
}

/** The draft that flags alone make. */
async function draftFromFlags(flags: NewTargetFlags & { readonly like: string }): Promise<Draft> {
  const like = await readTargetFile(flags.like);
  raise(like.diagnostics);
  const name = flags.name ?? targetNameOf(flags.output ?? '');
  if (name === '')
    throw new DiagnosticError([
      optionInvalid('targets new', 'the new target has no name', "Give it one, such as '--name my-chip'."),
    ]);
  const { settings, problems } = settingsOf(like, flags.set);
  const draft = draftOf(like, name, flags.title, settings);
  raise([...draft.diagnostics, ...problems]);
  return draft;
}

async function makeDraft(io: Io, flags: NewTargetFlags): Promise<Draft> {
  if (flags.like !== undefined) return draftFromFlags({ ...flags, like: flags.like });
  if (io.questions && flags.set.length === 0) return askForTarget(io, flags, io.questions());
  const reason = io.questions
    ? '--set changes values of a target, and none is named'
    : 'no questions can be asked, because standard input or standard error is no terminal';
  throw new DiagnosticError([
    optionInvalid(
      'targets new',
      reason,
      "Name a target to begin with, such as '--like tetramem-256-6bit --name my-chip --set array.rows=128'.",
    ),
  ]);
}

async function run(io: Io, flags: NewTargetFlags): Promise<void> {
  const force = flags.force === true;
  if (flags.output !== undefined) await checkOutput(flags.output, force);
  const { tree, target } = await makeDraft(io, flags);
  const output = flags.output ?? `${target.name}.yaml`;
  await checkOutput(output, force);
  const heading = `${target.title}. Every value says where it comes from: replace what is assumed by what you know, and name its source. \`crossloom targets check ${output}\` tells every problem.`;
  await writeInPlace(output, Buffer.from(formatTarget(tree, target, heading)), force);
  const leaves = leavesOf(tree);
  const copied = leaves.filter(({ source }) => source.startsWith('as of ')).length;
  io.stdout(
    `${output}: ${leaves.length} values, ${leaves.length - copied} of them given here and ${copied} those of the target that it was begun as\n\n`,
  );
  const compile = ['compile', 'model.onnx', '--target', output, '--calibrate', 'data/', '-o', 'model.xbar'];
  const next = [['targets', 'check', output], compile];
  io.stdout(`Next:\n${next.map((words) => `  ${commandLine(io, words)}\n`).join('')}`);
}

export function declareNewTarget(command: Command, io: Io): void {
  command
    .option('--like <target>', 'the target to begin with: no questions are asked')
    .option('--name <name>', 'of the new target (default: as the file)')
    .option('--title <title>', 'what it is, in one line')
    .option('-o, --output <file.yaml>', 'the file (default: NAME.yaml)')
    .option('--force', 'replace an existing file');
  withExamples(
    withSet(command),
    'crossloom targets new',
    'crossloom targets new --like tetramem-256-6bit --set array.rows=128 --set array.columns=128 -o my-chip.yaml',
    "crossloom targets new --like ideal --name exact-32 --set 'cell.levels=32 (datasheet, p. 4)'",
  ).action((flags: NewTargetFlags) => run(io, flags));
}
