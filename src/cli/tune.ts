/** `crossloom tune`: searches the cheapest mapping that loses no more than a bound, and writes it, or else the best, as an options file. */
import type { Command } from 'commander';
import { defined } from '../defined.ts';
import { noMappingWithin, syntheticCalibration } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { version } from '../files/version.ts';
import { writeInPlace } from '../files/write-file.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import { type CompileOptions, defaultTarget } from '../ir/options.ts';
import { readModel } from '../onnx/decode.ts';
import { formatPlan, formatStep } from '../report/tune-line.ts';
import { formatTuning } from '../report/tune-text.ts';
import { formatTime } from '../text/time.ts';
import type { Loss } from '../tune/loss.ts';
import { defaultBudget, defaultImages, defaultTrials, type TuneOptions } from '../tune/options.ts';
import type { TuneReport } from '../tune/report.ts';
import { tune } from '../tune/tune.ts';
import { formatOptions } from '../tune/write-options.ts';
import { type CalibrationFlags, openCalibration } from './calibration-input.ts';
import { withCompensation } from './chip-options.ts';
import { commandLine } from './command-line.ts';
import { type CompileFlags, checkPatterns, loadOptions } from './compile-options.ts';
import { withExamples } from './help.ts';
import { Interrupted, type Interruption } from './interrupted.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import {
  decimal,
  percent,
  recordOption,
  seedNumber,
  time,
  wholeNumber,
  withDevice,
  withJson,
  withSet,
  withThreads,
} from './options.ts';
import { checkOutput } from './output.ts';
import { choosePreprocessing } from './preprocessing.ts';
import { openResults } from './results.ts';
import { openScoredData, type ScoredDataFlags, withScoredData } from './scored-data.ts';
import { type Stages, withStages } from './stages.ts';

interface TuneArguments
  extends Omit<TuneOptions, 'onProgress' | 'onMeasured' | 'onPlan' | 'onBest' | 'store'>,
    ScoredDataFlags,
    CalibrationFlags,
    Pick<CompileFlags, 'options' | 'target' | 'set' | 'samples'> {
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

type Best = Parameters<NonNullable<TuneOptions['onBest']>>;

/** @param onBest as of `tune`, for what remains when Ctrl-C ends it */
async function tuneModel(
  io: Io,
  file: string,
  args: TuneArguments,
  onBest: (...best: Best) => void,
  stopped: () => Omit<Interruption, 'at'>,
): Promise<TuneReport> {
  const [{ options, loaded }, read] = await together(
    loadOptions({ ...args, keepDigital: [], biasCorrection: true }),
    readModel(file),
  );
  const model = { ...read, file };
  checkPatterns(options, model.graph, commandLine(io, ['ops', file]));
  const preprocessing = await choosePreprocessing(args, undefined, file, args.data);
  const dataset = await openScoredData(io, model, args, preprocessing);
  // Without samples of their own, layers are calibrated with some of the data, which are then left out.
  const calibrate = args.calibrate ?? (args.calibration === undefined ? args.data : undefined);
  const input = await openCalibration(
    // The same file for both, wherever it was found.
    {
      ...args,
      ...defined({ calibrate, preprocess: typeof preprocessing === 'string' ? preprocessing : undefined }),
    },
    model,
    options.calibrationSamples,
  );
  const { calibration } = input;
  if (calibration?.kind === 'record' && isMadeUp(calibration.record))
    printDiagnostics(io, [syntheticCalibration(file, loaded.target.adc.bits)]);
  const store = await openResults(io);
  const say = (line: string) => {
    if (io.isTty) io.redraw('');
    io.stderr(`${line}\n`);
  };
  const work = ({ report }: Stages) =>
    tune(model, loaded, options, calibration, dataset, {
      ...args,
      ...{ store, onBest, onProgress: report },
      onMeasured: (step) => say(formatStep(step)),
      onPlan: (plan) => say(formatPlan(plan)),
    });
  return withStages(io, work, stopped);
}

async function run(io: Io, file: string, args: TuneArguments): Promise<void> {
  const { output, resume = false } = args;
  // What an interrupted run left there is replaced by the one that goes on from it.
  const force = (args.force ?? false) || resume;
  if (output !== undefined) await checkOutput(output, force);
  const write = async (options: CompileOptions, comment: readonly string[]) => {
    if (output !== undefined) await writeInPlace(output, Buffer.from(formatOptions(options, comment)), force);
  };
  let best: Best | undefined;
  const stopped = () => ({
    kept: `what was measured is kept${best && output !== undefined ? `, and ${output} has the best mapping so far` : ''}`,
    goOn: ['--resume'],
  });
  const keepBest = (...found: Best) => {
    best = found;
  };
  const report = await tuneModel(io, file, args, keepBest, stopped).catch(async (error: unknown) => {
    if (error instanceof Interrupted && best) await write(best[0], commentOfBest(file, args, best[1]));
    throw error;
  });
  await write(report.options, commentOf(report));
  if (args.json) printJson(io, 'tune', report);
  else {
    io.stdout(formatTuning(report, io.columns));
    if (output !== undefined) io.stdout(`${output}: options for crossloom compile\n`);
  }
  if (report.chosen !== undefined) return;
  const { loss } = report.tried[report.best - 1]!;
  raise([noMappingWithin(`--max-drop ${args.maxDrop}`, `the best loses ${lossText(loss)}`, causeOf(report))]);
}

function causeOf({ blame }: TuneReport): string {
  if (!blame) return 'Time was over before it was asked which error costs most: --budget gives more.';
  return blame.largest
    ? `It loses most by ${blame.largest}.`
    : 'No single error costs so much that it stands out.';
}

const lossText = ({ points, low, high }: Loss) =>
  `${points.toFixed(2)} points (95 % ${low.toFixed(2)} to ${high.toFixed(2)})`;

/** What stands at the top of the options file. */
function commentOf(report: TuneReport): string[] {
  const { crossloom, model, target, data, maxDrop, tried, chosen, best, heldOut } = report;
  const { arrays, conversions, loss } = tried[(chosen ?? best) - 1]!;
  return [
    `crossloom ${crossloom} tune ${model.file} --target ${target.name} --max-drop ${maxDrop}`,
    ...(chosen === undefined
      ? [`THE BOUND IS NOT MET: this is the best that was found, and loses ${lossText(loss)}`]
      : []),
    `${arrays} arrays, ${conversions} conversions; ${heldOut.loss.points.toFixed(2)} points of top-1 lost on ${data.heldOut} held-out images (95 % ${heldOut.loss.low.toFixed(2)} to ${heldOut.loss.high.toFixed(2)})`,
  ];
}

/** The same for a run that was interrupted. */
function commentOfBest(file: string, { maxDrop }: TuneArguments, { loss, arrays }: Best[1]): string[] {
  return [
    `crossloom ${version} tune ${file} --max-drop ${maxDrop}, INTERRUPTED: the best so far, of ${arrays} arrays,`,
    `loses ${loss.points.toFixed(2)} points on the images that it was chosen by (95 % ${loss.low.toFixed(2)} to ${loss.high.toFixed(2)})`,
  ];
}

export function declareTune(command: Command, io: Io): void {
  const whole = wholeNumber(1);
  command.argument('<model>', 'the ONNX file');
  withScoredData(command, 'found beside model or data')
    .option('--target <target>', `a bundled target, or the path of a target file (default: ${defaultTarget})`)
    .option('--max-drop <points>', 'largest loss of top-1 against floating point', decimal(-100, 100), 1)
    .option(
      '--max-digital <percent>',
      'largest share of the multiplications that may stay digital',
      percent,
      10,
    )
    .option(
      '-o, --output <file.yaml>',
      'write the options of the mapping that was found, or else of the best',
    )
    .option('--options <file.yaml>', 'options to start from (docs/options.md)')
    .option('--calibrate <data>', 'sample inputs for calibration (default: some of the data, then left out)')
    .addOption(recordOption())
    .option('--samples <n>', 'calibration samples used at most', whole)
    .option('--images <n>', `images used at most, half of them held out (default: ${defaultImages})`, whole)
    .option(
      '--trials <n>',
      `chips per mapping (default: ${defaultTrials}; 1 of many arrays, or where programming is exact)`,
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'seed of the first chip (default: 1)', seedNumber)
    .option(
      '--at <time>',
      'read the chips this long after programming, such as 1d (default: right after)',
      time,
    )
    .option(
      '--budget <time>',
      `end after this time, about, with the best that was measured (default: ${formatTime(defaultBudget)})`,
      time,
    )
    .option('--resume', 'go on with an earlier run of the same command')
    .option('--force', 'replace an existing options file');
  withSet(command);
  withExamples(
    withJson(withDevice(withThreads(withCompensation(command)))),
    'crossloom tune mobilenetv2.onnx --target tetramem-256-6bit --preset imagenet --data images/ --max-drop 1 -o tuned.yaml',
    'crossloom compile mobilenetv2.onnx --options tuned.yaml --preset imagenet --calibrate images/ -o mobilenetv2.xbar',
  ).action((file: string, args: TuneArguments) => run(io, file, args));
}
