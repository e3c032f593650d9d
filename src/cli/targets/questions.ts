/** The questions of `crossloom targets new`, and answers -> the draft of a target; each answer is checked at once. */
import { existsSync } from 'node:fs';
import { raise } from '../../diagnostics/diagnostic.ts';
import { optionsSchema } from '../../ir/options.ts';
import { essentialsOf, type Scheme, schemes } from '../../schemes/models.ts';
import { type Draft, draftOf, fieldToSet } from '../../target/draft.ts';
import { bundledTargets, readTargetFile, type TargetFile } from '../../target/load.ts';
import { targetFields } from '../../target/schema.ts';
import { type Setting, settingOf } from '../../target/setting.ts';
import { leavesOf, textOf } from '../../target/tree.ts';
import { didYouMean } from '../../text/near-names.ts';
import { printableLine } from '../../text/printable.ts';
import type { Questions } from '../ask.ts';
import type { Io } from '../io.ts';

/** What flags say, and nobody is asked for. */
export interface Known {
  readonly name?: string;
  readonly title?: string;
  readonly output?: string;
  readonly force?: true;
}

/** What is asked of every chip, behind the essentials of its scheme. */
const asked = [
  'array.rows',
  'array.columns',
  'cell.levels',
  'cell.gMin',
  'cell.gMax',
  'adc.bits',
  'wires.rowSegment',
  'wires.columnSegment',
];

const introduction = `A new target. Enter takes what stands in brackets, Ctrl-C leaves nothing behind. A source may stand behind a value:
128 (datasheet, p. 4). What is not asked is taken from a bundled target, and marked as assumed.

`;

interface Dialog {
  readonly ask: (what: string, standard: string) => Promise<string>;
  /** Says what is wrong with the answer. */
  readonly say: (reason: string, notes?: readonly string[]) => void;
}

/** @throws DiagnosticError where a flag is wrong; Interrupted where whoever is asked gives up */
export async function askForTarget(io: Io, flags: Known, questions: Questions): Promise<Draft> {
  const dialog: Dialog = {
    ask: async (what, standard) =>
      (await questions.ask(printableLine(`${what} [${standard}]: `))).trim() || standard,
    say: (reason, notes = []) =>
      io.stderr([reason, ...notes].map((line) => `  ${printableLine(line)}\n`).join('')),
  };
  try {
    const likes = await beginnings();
    const [first] = likes;
    raise(draftOf(first!, flags.name ?? 'new', flags.title, []).diagnostics);
    io.stderr(introduction);
    const name = flags.name ?? (await askName(dialog, first!, flags));
    const title =
      flags.title ?? (await dialog.ask('title: what the chip is, in one line', `the chip ${name}`));
    const like = await askScheme(dialog, likes);
    return await askFields(dialog, (settings) => draftOf(like, name, title, settings), like);
  } finally {
    questions.close();
  }
}

/** A bundled target of every scheme that one has, that of the default target first. */
async function beginnings(): Promise<readonly TargetFile[]> {
  const usual = optionsSchema.shape.target.parse(undefined);
  const names = [usual, ...(await bundledTargets())];
  const files = await Promise.all(names.map((name) => readTargetFile(name)));
  const found = schemes().flatMap((scheme) => files.find((file) => schemeOf(file) === scheme) ?? []);
  return found.sort((a, b) => Number(b.target.name === usual) - Number(a.target.name === usual));
}

const schemeOf = ({ target }: TargetFile): Scheme => target.programming.scheme;

async function askName({ ask, say }: Dialog, like: TargetFile, flags: Known): Promise<string> {
  for (;;) {
    const name = await ask('name: lower-case letters, digits, dots and hyphens', 'my-chip');
    const [problem] = draftOf(like, name, undefined, []).problems;
    const isTaken = flags.output === undefined && !flags.force && existsSync(`${name}.yaml`);
    if (!problem && !isTaken) return name;
    say(problem?.reason ?? `there is a file ${name}.yaml already`);
  }
}

async function askScheme({ ask, say }: Dialog, likes: readonly TargetFile[]): Promise<TargetFile> {
  const names = likes.map(schemeOf);
  for (;;) {
    const name = await ask(`programming.scheme: how conductances are set: ${names.join(', ')}`, names[0]!);
    const like = likes.find((file) => schemeOf(file) === name);
    if (like) return like;
    say(`this must be one of ${names.join(', ')}`, didYouMean(name, names));
  }
}

/** Asks for one field after the other, and then for those that do not fit the answers. */
async function askFields(
  { ask, say }: Dialog,
  draftWith: (settings: readonly Setting[]) => Draft,
  like: TargetFile,
): Promise<Draft> {
  const fields = new Map(targetFields(schemeOf(like)).map((field) => [field.field, field]));
  const standards = new Map(
    leavesOf(like.tree).map(({ field, value }) => [
      field,
      Array.isArray(value) ? `[${textOf(value)}]` : textOf(value),
    ]),
  );
  const settings = new Map<string, Setting>();
  const draft = () => draftWith([...settings.values()]);
  const settle = async (field: string): Promise<void> => {
    const { unit = '', description = '' } = fields.get(field) ?? {};
    const standard = standards.get(field)!;
    for (;;) {
      const answer = await ask(`${field}${unit && ` (${unit})`}: ${description}`, standard);
      if (answer === standard) settings.delete(field);
      else settings.set(field, settingOf(field, answer, 'answered when this file was made', field));
      const made = draft();
      const problem = made.problems.find((other) => fieldToSet(made, other) === field);
      if (!problem) return;
      say(problem.reason, problem.notes);
    }
  };
  for (const field of [...essentialsOf(schemeOf(like)), ...asked])
    if (standards.has(field)) await settle(field);
  for (;;) {
    const made = draft();
    const [problem] = made.problems;
    if (!problem) return made;
    const field = fieldToSet(made, problem);
    say(`${field}: ${problem.reason}`, problem.notes);
    await settle(field);
  }
}
