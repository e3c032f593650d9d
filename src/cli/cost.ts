/** `crossloom cost`: energy, latency and area of an inference and of programming. */
import type { Command } from 'commander';
import { balanceReplicas } from '../cost/balance.ts';
import { circuitsOf, usualLender } from '../cost/circuits-of.ts';
import { costPackage } from '../cost/cost.ts';
import { usualBatch } from '../cost/passes.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { writeInPlace } from '../files/write-file.ts';
import { type CompileOptions, parseOptions } from '../ir/options.ts';
import type { Manifest } from '../package/manifest.ts';
import { openPackage } from '../package/open.ts';
import { formatBalance, formatCost } from '../report/cost-text.ts';
import { patternOf } from '../text/name-pattern.ts';
import { formatOptions } from '../tune/write-options.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { seedNumber, wholeNumber, withJson } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

interface CostCommandLine {
  readonly circuits?: string;
  readonly arrays?: number;
  readonly batch?: number;
  readonly output?: string;
  readonly force?: true;
  readonly seed: number;
  readonly json?: true;
}

async function run(io: Io, folder: string, args: CostCommandLine): Promise<void> {
  const { circuits, arrays, output, force = false, seed, json } = args;
  if (output !== undefined) await checkOutput(output, force);
  const pkg = await openPackage(folder);
  const options = parseOptions(pkg.manifest.options, 'the options of the package');
  raise(problemsIn(args, options, pkg.manifest.summary));
  const counted = await circuitsOf(pkg, circuits);
  const cost = await withStages(io, ({ report }) =>
    costPackage(pkg, {
      circuits: counted,
      seed,
      ...defined({ batch: args.batch }),
      onArray: (done, total) => report('reading arrays', done, total),
    }),
  );
  const { manifest } = pkg;
  const balance = arrays === undefined ? undefined : balanceReplicas(cost.layers, cost.area.arrays, arrays);
  if (balance && output !== undefined) {
    const replicated = balance.replicas.map(({ name, replicas }) => ({ match: patternOf(name), replicas }));
    const text = formatOptions({ ...options, arrays: arrays!, layers: [...options.layers, ...replicated] }, [
      `Replicas of layers for ${arrays} arrays, chosen from what ${folder} costs.`,
    ]);
    await writeInPlace(output, Buffer.from(text), force);
  }
  const about = { package: folder, target: manifest.target.name, model: manifest.model.file };
  if (json) return printJson(io, 'cost', { ...about, ...cost, ...(balance && { balance }) });
  io.stdout(`${folder}: ${about.model} on ${about.target}, by Crossloom ${manifest.crossloom}\n\n`);
  io.stdout(formatCost(cost));
  if (balance) io.stdout(`\n${formatBalance(balance, output)}`);
}

function problemsIn(
  { arrays, output, batch }: CostCommandLine,
  { layers }: CompileOptions,
  { passes }: Manifest['summary'],
) {
  const replicated = layers.some(({ replicas = 1 }) => replicas > 1);
  return [
    ...(batch !== undefined && !passes
      ? [optionInvalid('--batch', 'layers of this package take no passes: each has arrays of its own')]
      : []),
    ...(arrays !== undefined && passes
      ? [
          optionInvalid(
            `--arrays ${arrays}`,
            'layers of this package take passes, and there is no room for replicas',
            'Balance the package that was compiled for as many chips as it needs.',
          ),
        ]
      : []),
    ...(output !== undefined && arrays === undefined
      ? [optionInvalid('--output', 'options with replicas are for a number of arrays', 'Add --arrays N.')]
      : []),
    ...(arrays !== undefined && replicated
      ? [
          optionInvalid(
            `--arrays ${arrays}`,
            'this package has replicas already',
            'Balance the package that was compiled without.',
          ),
        ]
      : []),
  ];
}

export function declareCost(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .option(
      '--circuits <target>',
      `count the circuits of another target, all of them assumed (default: the package's own, or where its target names none those of ${usualLender})`,
    )
    .option(
      '--arrays <n>',
      'choose how often layers are stored, so that they keep pace with each other on so many arrays',
      wholeNumber(1),
    )
    .option(
      '--batch <n>',
      `inputs that go through a pass before the next, where layers take passes (default: ${usualBatch})`,
      wholeNumber(1),
    )
    .option('-o, --output <file.yaml>', 'with --arrays: write the options that compile the model so')
    .option('--force', 'replace the file if it exists')
    .option('--seed <n>', 'the chip from which the cost of programming is expected', seedNumber, 1);
  withExamples(
    withJson(command),
    'crossloom cost mobilenetv2.xbar',
    'crossloom cost mobilenetv2.xbar --circuits isaac-128 --json',
    'crossloom cost mobilenetv2.xbar --arrays 2000 -o replicas.yaml',
  ).action((folder: string, args: CostCommandLine) => run(io, folder, args));
}
