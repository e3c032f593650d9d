/** `crossloom explain`: which effect of the target costs a package how many points. */
import { type Command, Option } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { together } from '../diagnostics/together.ts';
import { explain } from '../explain/explain.ts';
import { explainImage } from '../explain/explain-image.ts';
import type { ImageReport } from '../explain/image-report.ts';
import { defaultImages, type ExplainOptions } from '../explain/options.ts';
import type { ExplainReport } from '../explain/report.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage, type Package } from '../package/open.ts';
import { formatImage } from '../report/explain-image-text.ts';
import { formatExplanation } from '../report/explain-text.ts';
import type { ModelFile } from '../verify/options.ts';
import { withCompensation } from './chip-options.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { seedNumber, time, wholeNumber, withJson, withThreads } from './options.ts';
import type { PreprocessingFlags } from './preprocessing.ts';
import { openResults } from './results.ts';
import { asRecorded, openPackageData, type ScoredDataFlags, withScoredData } from './scored-data.ts';
import { withStages } from './stages.ts';

interface ExplainCommandLine
  extends Omit<ExplainOptions, 'store' | 'onProgress' | 'tries'>,
    ScoredDataFlags,
    PreprocessingFlags {
  readonly model: string;
  readonly image?: number;
  readonly json?: true;
  readonly try?: true;
}

/** What there is to explain, opened. */
interface Opened {
  readonly pkg: Package;
  readonly model: ModelFile;
  readonly dataset: Dataset;
  readonly onProgress: NonNullable<ExplainOptions['onProgress']>;
}

function opened<R>(
  io: Io,
  folder: string,
  args: ExplainCommandLine,
  use: (given: Opened) => Promise<R>,
): Promise<R> {
  return withStages(io, async ({ report }) => {
    report('opening the package', 0, 1);
    const [pkg, read] = await together(openPackage(folder), readModel(args.model));
    const model = { ...read, file: args.model };
    const dataset = await openPackageData(io, pkg, model, args);
    return use({ pkg, model, dataset, onProgress: report });
  });
}

async function explainPackage(io: Io, folder: string, args: ExplainCommandLine): Promise<ExplainReport> {
  const store = await openResults(io);
  const {
    seed,
    images,
    threads,
    acceptChance,
    scoreOutput,
    trials,
    at,
    compensate,
    layers,
    try: tries,
  } = args;
  return opened(io, folder, args, ({ pkg, model, dataset, onProgress }) =>
    explain(pkg, model, dataset, {
      ...defined({ seed, images, threads, acceptChance, scoreOutput, trials, at, compensate, layers, tries }),
      ...{ store, onProgress },
    }),
  );
}

function followImage(io: Io, folder: string, image: number, args: ExplainCommandLine): Promise<ImageReport> {
  const { seed, threads, scoreOutput, at, compensate } = args;
  return opened(io, folder, args, ({ pkg, model, dataset, onProgress }) =>
    explainImage(pkg, model, dataset, image, {
      ...defined({ seed, threads, scoreOutput, at, compensate }),
      onProgress,
    }),
  );
}

async function run(io: Io, folder: string, args: ExplainCommandLine): Promise<void> {
  if (args.image !== undefined) {
    const report = await followImage(io, folder, args.image, args);
    if (args.json) printJson(io, 'explain-image', report);
    else io.stdout(formatImage(report));
    return;
  }
  const report = await explainPackage(io, folder, args);
  if (args.json) printJson(io, 'explain', report);
  else io.stdout(formatExplanation(report));
}

export function declareExplain(command: Command, io: Io): void {
  command.argument('<package>', 'the package');
  withScoredData(command, asRecorded)
    .requiredOption('--model <file.onnx>', 'the model that was compiled')
    .option(
      '--trials <n>',
      'chips to program (default: 2; 1 of a package of more than 64 arrays)',
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'seed of the first chip (default: 1)', seedNumber)
    .option('--images <n>', `images used at most, evenly spread (default: ${defaultImages})`, wholeNumber(2))
    .option('--at <time>', 'read the chips this long after programming, such as 1d', time)
    .addOption(
      new Option(
        '--image <number>',
        'follow this image of the data, from 0, through the layers of one chip instead',
      )
        .argParser(wholeNumber(0))
        .conflicts(['images', 'trials', 'layers', 'try']),
    )
    .option(
      '--layers',
      'compare layers too, under every effect alone (default: of a package of at most 64 arrays)',
    )
    .option(
      '--try',
      'try options that may help against the largest causes (default: of a package of at most 64 arrays)',
    );
  withExamples(
    withJson(withThreads(withCompensation(command))),
    'crossloom explain mobilenetv2.xbar --model mobilenetv2.onnx --data images/',
    'crossloom explain net.xbar --model net.onnx --data test.npz --images 500 --at 1d --json',
    'crossloom explain net.xbar --model net.onnx --data test.npz --image 17',
  ).action((folder: string, args: ExplainCommandLine) => run(io, folder, args));
}
