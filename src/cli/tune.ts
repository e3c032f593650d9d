/** `crossloom tune`: searches the cheapest mapping that loses no more than a bound, and writes it as an options file. */
import type { Command } from 'commander';
import { guessPreset } from '../data/guess-preset.ts';
import { openDataset } from '../data/open.ts';
import { defined } from '../defined.ts';
import { noMappingWithin, preprocessingMissing, syntheticCalibration } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { writeInPlace } from '../files/write-file.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import { defaultTarget } from '../ir/options.ts';
import { readModel } from '../onnx/decode.ts';
import { formatTuning } from '../report/tune-text.ts';
import { defaultImages, defaultTrials, type TuneOptions } from '../tune/options.ts';
import type { TuneReport } from '../tune/report.ts';
import { tune } from '../tune/tune.ts';
import { formatOptions } from '../tune/write-options.ts';
import { type CalibrationFlags, openCalibration } from './calibration-input.ts';
import { commandLine } from './command-line.ts';
import { type CompileFlags, checkPatterns, loadOptions } from './compile-options.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import {
  acceptChanceOption,
  decimal,
  percent,
  recordOption,
  seedNumber,
  wholeNumber,
  withDataLimit,
  withJson,
  withSet,
  withThreads,
} from './options.ts';
import { checkOutput } from './output.ts';
import { choosePreprocessing, withPreprocessing } from './preprocessing.ts';
import { withStages } from './stages.ts';

interface TuneArguments
  extends Omit<TuneOptions, 'onProgress'>,
    CalibrationFlags,
    Pick<CompileFlags, 'options' | 'target' | 'set' | 'samples'> {
  readonly data: string;
  readonly labels?: string;
  readonly output?: string;
  readonly force?: true;
  readonly json?: true;
}

async function tuneModel(io: Io, file: string, args: TuneArguments): Promise<TuneReport> {
  const [{ options, loaded }, read] = await together(
    loadOptions({ ...args, keepDigital: [], biasCorrection: true }),
    readModel(file),
  );
  const model = { ...read, file };
  checkPatterns(options, model.graph, commandLine(io, ['ops', file]));
  const preprocessing = await choosePreprocessing(args, undefined, file, args.data);
  const { inputs, outputs } = model.graph;
  if (preprocessing === undefined && inputs.length === 1)
    printDiagnostics(io, [preprocessingMissing(args.data, guessPreset(model))]);
  const { labels, dataLimit } = args;
  const dataset = await openDataset(args.data, {
    inputs,
    outputs,
    ...defined({ preprocessing, labels, dataLimit }),
  });
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
  return withStages(io, ({ report }) =>
    tune(model, loaded, options, calibration, dataset, { ...args, onProgress: report }),
  );
}

async function run(io: Io, file: string, args: TuneArguments): Promise<void> {
  if (args.output !== undefined) await checkOutput(args.output, args.force ?? false);
  const report = await tuneModel(io, file, args);
  if (args.output !== undefined && report.options)
    await writeInPlace(
      args.output,
      Buffer.from(formatOptions(report.options, commentOf(report))),
      args.force ?? false,
    );
  if (args.json) printJson(io, 'tune', report);
  else {
    io.stdout(formatTuning(report, io.columns));
    if (args.output !== undefined && report.options)
      io.stdout(`${args.output}: options for crossloom compile\n`);
  }
  if (report.chosen !== undefined) return;
  const { loss } = report.tried[report.best - 1]!;
  raise([
    noMappingWithin(
      `--max-drop ${args.maxDrop}`,
      `the best loses ${loss.points.toFixed(2)} points`,
      report.remaining!.largest,
    ),
  ]);
}

/** What stands at the top of the options file. */
function commentOf(report: TuneReport): string[] {
  const { crossloom, model, target, data, maxDrop, tried, chosen, heldOut } = report;
  const { arrays, conversions } = tried[chosen! - 1]!;
  return [
    `crossloom ${crossloom} tune ${model.file} --target ${target.name} --max-drop ${maxDrop}`,
    `${arrays} arrays, ${conversions} conversions; ${heldOut!.loss.points.toFixed(2)} points of top-1 lost on ${data.heldOut} held-out images (95 % ${heldOut!.loss.low.toFixed(2)} to ${heldOut!.loss.high.toFixed(2)})`,
  ];
}

export function registerTune(program: Command, io: Io): void {
  const whole = wholeNumber(1);
  const command = program
    .command('tune')
    .description('search the cheapest mapping that loses no more accuracy than a bound')
    .argument('<model>', 'the ONNX file')
    .requiredOption('--data <data>', 'labelled images or other samples, as docs/data.md lists their formats')
    .option('--target <target>', `a bundled target, or the path of a target file (default: ${defaultTarget})`)
    .option('--max-drop <points>', 'largest loss of top-1 against floating point', decimal(-100, 100), 1)
    .option(
      '--max-digital <percent>',
      'largest share of the multiplications that may stay digital',
      percent,
      10,
    )
    .option('-o, --output <file.yaml>', 'write the options that were found, for compile --options')
    .option('--options <file.yaml>', 'options to start from (docs/options.md)')
    .option('--labels <file>', 'the labels, where they are not found by name')
    .option('--calibrate <data>', 'sample inputs for calibration (default: some of the data, then left out)')
    .addOption(recordOption())
    .option('--samples <n>', 'calibration samples used at most', whole)
    .option('--images <n>', `images used at most, half of them held out (default: ${defaultImages})`, whole)
    .option(
      '--trials <n>',
      `chips per mapping (default: ${defaultTrials}; 1 where programming is exact)`,
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'seed of the first chip (default: 1)', seedNumber)
    .addOption(acceptChanceOption())
    .option('--score-output <name>', 'output of the model to score (default: the first with classes)')
    .option('--force', 'replace an existing options file');
  withSet(command);
  withExamples(
    withJson(withThreads(withDataLimit(withPreprocessing(command, 'found beside model or data')))),
    'crossloom tune mobilenetv2.onnx --target tetramem-256-6bit --data images/ --max-drop 1 -o tuned.yaml',
    'crossloom compile mobilenetv2.onnx --options tuned.yaml --calibrate images/ -o mobilenetv2.xbar',
  ).action((file: string, args: TuneArguments) => run(io, file, args));
}
