/** `crossloom explain`: which effect of the target costs a package how many points. */
import type { Command } from 'commander';
import { defined } from '../defined.ts';
import { together } from '../diagnostics/together.ts';
import { defaultImages, type ExplainOptions, explain } from '../explain/explain.ts';
import type { ExplainReport } from '../explain/report.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage } from '../package/open.ts';
import { formatExplanation } from '../report/explain-text.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import {
  acceptChanceOption,
  seedNumber,
  time,
  wholeNumber,
  withCompensation,
  withDataLimit,
  withJson,
  withThreads,
} from './options.ts';
import {
  checkPrepared,
  choosePreprocessing,
  type PreprocessingFlags,
  withPreprocessing,
} from './preprocessing.ts';
import { openResults } from './results.ts';
import { openScoredData } from './scored-data.ts';
import { withStages } from './stages.ts';

interface ExplainCommandLine extends Omit<ExplainOptions, 'store' | 'onProgress'>, PreprocessingFlags {
  readonly model: string;
  readonly data: string;
  readonly labels?: string;
  /** Bytes. */
  readonly dataLimit?: number;
  readonly json?: true;
}

async function explainPackage(io: Io, folder: string, args: ExplainCommandLine): Promise<ExplainReport> {
  const store = await openResults(io);
  return withStages(io, async ({ report }) => {
    report('opening the package', 0, 1);
    const [pkg, read] = await together(openPackage(folder), readModel(args.model));
    const model = { ...read, file: args.model };
    const preprocessing = await choosePreprocessing(args, pkg, args.model, args.data);
    const dataset = await openScoredData(io, model, args, preprocessing);
    printDiagnostics(io, checkPrepared(pkg, dataset));
    const { seed, images, threads, acceptChance, scoreOutput, trials, at, compensate } = args;
    return explain(pkg, model, dataset, {
      ...defined({ seed, images, threads, acceptChance, scoreOutput, trials, at, compensate }),
      ...{ store, onProgress: report },
    });
  });
}

async function run(io: Io, folder: string, args: ExplainCommandLine): Promise<void> {
  const report = await explainPackage(io, folder, args);
  if (args.json) printJson(io, 'explain', report);
  else io.stdout(formatExplanation(report));
}

export function registerExplain(program: Command, io: Io): void {
  const command = program
    .command('explain')
    .description('tell which effect of the target costs how many points: alone, and as the one taken away')
    .argument('<package>', 'the package')
    .requiredOption('--model <file.onnx>', 'the model that was compiled')
    .requiredOption('--data <data>', 'labelled images or other samples, as docs/data.md lists their formats')
    .option('--labels <file>', 'the labels, where they are not found by name')
    .option(
      '--trials <n>',
      'chips to program (default: 2; 1 of a package of more than 64 arrays)',
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'seed of the first chip (default: 1)', seedNumber)
    .option('--images <n>', `images used at most, evenly spread (default: ${defaultImages})`, wholeNumber(2))
    .option('--at <time>', 'read the chips this long after programming, such as 1d', time)
    .addOption(acceptChanceOption())
    .option('--score-output <name>', 'output of the model to score (default: the first with classes)');
  withExamples(
    withJson(
      withThreads(
        withCompensation(withDataLimit(withPreprocessing(command, 'as recorded, else found beside them'))),
      ),
    ),
    'crossloom explain mobilenetv2.xbar --model mobilenetv2.onnx --data images/',
    'crossloom explain net.xbar --model net.onnx --data test.npz --images 500 --at 1d --json',
  ).action((folder: string, args: ExplainCommandLine) => run(io, folder, args));
}
