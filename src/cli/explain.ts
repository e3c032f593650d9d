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
import { type Io, printJson } from './io.ts';
import { seedNumber, time, wholeNumber, withCompensation, withJson, withThreads } from './options.ts';
import type { PreprocessingFlags } from './preprocessing.ts';
import { openResults } from './results.ts';
import { asRecorded, openPackageData, type ScoredDataFlags, withScoredData } from './scored-data.ts';
import { withStages } from './stages.ts';

interface ExplainCommandLine
  extends Omit<ExplainOptions, 'store' | 'onProgress'>,
    ScoredDataFlags,
    PreprocessingFlags {
  readonly model: string;
  readonly json?: true;
}

async function explainPackage(io: Io, folder: string, args: ExplainCommandLine): Promise<ExplainReport> {
  const store = await openResults(io);
  return withStages(io, async ({ report }) => {
    report('opening the package', 0, 1);
    const [pkg, read] = await together(openPackage(folder), readModel(args.model));
    const model = { ...read, file: args.model };
    const dataset = await openPackageData(io, pkg, model, args);
    const { seed, images, threads, acceptChance, scoreOutput, trials, at, compensate, layers } = args;
    return explain(pkg, model, dataset, {
      ...defined({ seed, images, threads, acceptChance, scoreOutput, trials, at, compensate, layers }),
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
    .argument('<package>', 'the package');
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
    .option(
      '--layers',
      'compare layers too, under every effect alone (default: of a package of at most 64 arrays)',
    );
  withExamples(
    withJson(withThreads(withCompensation(command))),
    'crossloom explain mobilenetv2.xbar --model mobilenetv2.onnx --data images/',
    'crossloom explain net.xbar --model net.onnx --data test.npz --images 500 --at 1d --json',
  ).action((folder: string, args: ExplainCommandLine) => run(io, folder, args));
}
