/** `crossloom fit`: measurements of a chip as a target file, with a plot of the data and the law beside it. */
import type { Command } from 'commander';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { writeInPlace } from '../files/write-file.ts';
import { fitTarget } from '../fit/fit-target.ts';
import { formatFit } from '../report/fit-text.ts';
import { figureFile } from '../report/plots/draw-figure.ts';
import { formatTarget } from '../target/format-target.ts';
import { targetFingerprint } from '../target/load.ts';
import { targetNameOf } from '../target/name-of.ts';
import { leavesOf } from '../target/tree.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { withJson } from './options.ts';
import { checkOutput } from './output.ts';

interface FitFlags {
  readonly output: string;
  readonly like?: string;
  readonly law: readonly string[];
  readonly name?: string;
  readonly title?: string;
  readonly force?: true;
  readonly json?: true;
}

async function run(io: Io, files: readonly string[], flags: FitFlags): Promise<void> {
  const { output, like, law, title, json } = flags;
  const force = flags.force === true;
  await checkOutput(output, force);
  const name = flags.name ?? targetNameOf(output);
  if (name === '')
    throw new DiagnosticError([
      optionInvalid('fit', 'the new target has no name', "Give it one, such as '--name my-chip'."),
    ]);
  const {
    tree,
    target,
    choices,
    like: begun,
  } = await fitTarget(files, {
    name,
    ...(title === undefined ? {} : { title }),
    ...(like === undefined ? {} : { like }),
    laws: law,
  });
  const plots = choices.map(({ form }) => `${output.replace(/\.ya?ml$/i, '')}-${form.name}.svg`);
  for (const plot of plots) await checkOutput(plot, force);
  for (const [i, { fit }] of choices.entries())
    await writeInPlace(plots[i]!, Buffer.from(figureFile({ ...fit.figure(), assumed: [] })), force);
  const heading = `${target.title}. Every value says where it comes from: replace what is assumed by what you know, and name its source. \`crossloom targets check ${output}\` tells every problem.`;
  await writeInPlace(output, Buffer.from(formatTarget(tree, target, heading)), force);
  const leaves = leavesOf(tree);
  const assumed = leaves.filter(({ from }) => from === 'assumed').length;
  if (json)
    return printJson(io, 'fit', {
      name,
      fingerprint: targetFingerprint(target),
      like: begun,
      values: leaves.length,
      assumed,
      fits: choices.map(({ measurements, form, law: own, variant, alike, fit, heldOut, candidates }, i) => ({
        file: measurements.path,
        sha256: measurements.sha256,
        form: form.name,
        law: own,
        variant,
        alike,
        plot: plots[i]!,
        fields: fit.fields.map(({ isChoice: _, ...field }) => field),
        fitted: fit.fitted,
        ...(heldOut ? { heldOut } : {}),
        candidates,
      })),
    });
  io.stdout(formatFit(choices, io.columns));
  const measured = leaves.filter(({ from }) => from === 'measured').length;
  io.stdout(
    `\n${output}: ${leaves.length} values, ${measured} of them measured and ${assumed} assumed, most as of ${begun}; plotted in ${plots.join(', ')}\n`,
  );
}

export function declareFit(command: Command, io: Io): void {
  command
    .argument('<file...>', 'CSV files, one for each kind of measurement; docs/fit.md has their columns')
    .requiredOption('-o, --output <file.yaml>', 'the target file; plots are written beside it')
    .option('--like <target>', 'the target to begin with (default: a bundled one with such a law)')
    .option(
      '--law <name>',
      'take this law, whatever the data say of others (repeatable)',
      (law: string, before: readonly string[]) => [...before, law],
      [],
    )
    .option('--name <name>', 'of the target (default: as the file)')
    .option('--title <title>', 'what it is, in one line')
    .option('--force', 'replace existing files');
  withExamples(
    withJson(command),
    'crossloom fit pulses.csv -o my-chip.yaml',
    'crossloom fit pulses.csv --law soft-bounds --like my-other-chip.yaml -o my-chip.yaml --json',
  ).action((files: string[], flags: FitFlags) => run(io, files, flags));
}
