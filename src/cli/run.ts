/** `crossloom run`: one input through a programmed chip -> the top classes. */
import { type Command, Option } from 'commander';
import { loadChip } from '../chip/load.ts';
import { checkTime } from '../chip/read-conditions.ts';
import { type Compensation, correctionsFor, fitsAnew, usualCompensation } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { defined } from '../defined.ts';
import { resultNotANumber } from '../diagnostics/all.ts';
import { InternalError, raise } from '../diagnostics/diagnostic.ts';
import type { ValueInfo } from '../ir/graph.ts';
import { type Tensor, toDoubles } from '../math/tensor.ts';
import { openPackage, type Package } from '../package/open.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs } from '../record/samples.ts';
import { calibratedWhen } from '../report/calibration-text.ts';
import { deviceText } from '../report/device-text.ts';
import { classScores, isSoftmax, topClasses } from '../report/scores.ts';
import { formatTable, numbers, texts } from '../report/table.ts';
import { type Device, isAccelerator } from '../runtime/device.ts';
import { simulate } from '../simulate/simulate.ts';
import { formatTime } from '../text/time.ts';
import { availableThreads } from '../threads/pool.ts';
import { withCompensation } from './chip-options.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import { seedNumber, time, wholeNumber, withDataLimit, withDevice, withJson } from './options.ts';
import { choosePreprocessing, type PreprocessingFlags, withPreprocessing } from './preprocessing.ts';
import { programWithProgress } from './program.ts';
import { withStages } from './stages.ts';

interface RunCommandLine extends PreprocessingFlags {
  readonly input: string;
  readonly chip?: string;
  readonly seed: number;
  readonly at: number;
  readonly compensate?: Compensation;
  readonly device?: Device;
  /** Bytes. */
  readonly dataLimit?: number;
  readonly top: number;
  readonly json?: true;
}

interface Score {
  readonly class: number;
  readonly name?: string;
  readonly score: number;
}

/** One output: its top classes where it has one number per class. */
interface Result {
  readonly name: string;
  readonly dims: readonly number[];
  readonly probabilities: boolean;
  readonly top?: readonly Score[];
}

async function run(io: Io, folder: string, args: RunCommandLine): Promise<void> {
  const pkg = await openPackage(folder);
  const dataset = await openInput(pkg, args);
  const sample = await firstSample(dataset, fedInputs(pkg.host, pkg.manifest.model.file));
  const problems = checkTime(pkg.loaded.target, args.at);
  raise(problems);
  printDiagnostics(io, problems);
  const conditions = { at: args.at, wires: pkg.loaded.target.wires !== undefined };
  const { compensate = usualCompensation } = args;
  const calibrateUnder = fitsAnew(compensate) ? conditions : {};
  const sequential = compensate === 'sequential';
  const programmed =
    args.chip === undefined
      ? await programWithProgress(io, pkg, { seed: args.seed, calibrateUnder, sequential })
      : await loadChip(args.chip);
  const threads = availableThreads();
  const reference = { graph: pkg.reference, file: pkg.manifest.model.file };
  const given = { length: 1, sample: async () => ({ feeds: sample.feeds, hash: '' }) };
  const { seed } = programmed;
  const { session, outputs, corrections } = await withStages(io, ({ report }) => {
    const onArray = (done: number, total: number) => report('reading arrays', done, total);
    const onLayer = (done: number, total: number) => report('calibrating layers', done, total);
    const how = { compensate, threads, onRead: onArray, onLayer };
    return unlessRefused(reference, given, async () => {
      const corrections = await correctionsFor(pkg, programmed, conditions, how);
      if (isAccelerator(args.device)) report('checking the device', 0, 1);
      const on = defined({ device: args.device });
      const opened = await simulate(pkg, programmed, { conditions, corrections, onArray, ...on });
      report('running the sample', 0, 1);
      const made = await opened.run(sample.feeds);
      await opened.release();
      return { session: opened, outputs: made, corrections };
    });
  });
  const calibratedAt = corrections.calibration?.at;
  const { device } = session;
  checkNumbers(folder, outputs);
  const results = session.outputs.map((name) =>
    resultOf(pkg, dataset, name, outputs[name]!, { count: args.top, samples: sample.size }),
  );
  if (args.json) {
    const { chip, at, input } = args;
    const about = defined({ package: folder, chip, seed, at, calibratedAt, device, input });
    return printJson(io, 'run', { ...about, sample: sample.id, results });
  }
  const which = dataset.length === 1 ? '' : `, the first of ${dataset.length} samples`;
  const where = args.chip === undefined ? `a chip programmed with seed ${seed}` : args.chip;
  const fitted = calibratedAt === undefined ? '' : `, ${calibratedWhen(args.at, calibratedAt)}`;
  const when = args.at === 0 ? '' : `, ${formatTime(args.at)} after programming${fitted}`;
  io.stdout(`${args.input}${which}, on ${where}${when}\n`);
  if (device) io.stdout(`device: ${deviceText(device)}\n`);
  for (const result of results) io.stdout(`\n${formatResult(result)}`);
}

async function openInput(pkg: Package, args: RunCommandLine): Promise<Dataset> {
  const { input, dataLimit } = args;
  const preprocessing = await choosePreprocessing(args, pkg, undefined, input);
  const { inputs, outputs } = pkg.host;
  return openDataset(input, { inputs, outputs, ...defined({ preprocessing, dataLimit }) });
}

async function firstSample(dataset: Dataset, inputs: readonly ValueInfo[]) {
  for await (const { feeds, ids, size } of dataset.batches([0], 1, inputs))
    return { feeds, id: ids[0]!, size };
  throw new InternalError('run', `data set ${dataset.name} gave no sample`);
}

/** Raises resultNotANumber for every output that holds NaN. */
function checkNumbers(place: string, outputs: Readonly<Record<string, Tensor>>): void {
  const broken = Object.keys(outputs).filter((name) => toDoubles(outputs[name]!)?.some(Number.isNaN));
  raise(broken.map((name) => resultNotANumber(place, `output '${name}' of the chip holds NaN`)));
}

/** @param count of scores that are printed, and how many samples the output is of */
function resultOf(
  pkg: Package,
  dataset: Dataset,
  name: string,
  output: Tensor,
  { count, samples }: { readonly count: number; readonly samples: number },
): Result {
  const { labelOffset } = dataset.preprocessing;
  const scores = classScores(output, samples);
  const top = scores && topClasses(scores, count);
  return defined({
    name,
    dims: output.dims,
    probabilities: isSoftmax(pkg.host, name),
    top: top?.map((index) =>
      defined({ class: index, name: dataset.classNames?.[index - labelOffset], score: scores![index]! }),
    ),
  });
}

function formatResult({ name, dims, probabilities, top }: Result): string {
  if (!top) return `output '${name}' [${dims.join(', ')}] has no list of classes; --json tells its shape\n`;
  const named = top.some((score) => score.name !== undefined);
  const columns = [
    ...numbers('class'),
    ...(named ? texts('name') : []),
    ...numbers(probabilities ? 'probability' : 'score'),
  ];
  const rows = top.map((score) => [
    `${score.class}`,
    ...(named ? [score.name ?? ''] : []),
    probabilities ? `${(100 * score.score).toFixed(1)} %` : score.score.toFixed(3),
  ]);
  return formatTable(columns, rows);
}

export function declareRun(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .requiredOption('--input <file>', 'an image, or another file that docs/data.md lists: its first sample')
    .addOption(new Option('--chip <dir>', 'a chip of this package; without it one is programmed'))
    .addOption(
      new Option('--seed <n>', 'of the chip that is programmed')
        .argParser(seedNumber)
        .default(1)
        .conflicts('chip'),
    )
    .option('--at <time>', 'read the chip this long after programming, such as 1h', time, 0)
    .option('--top <k>', 'classes printed', wholeNumber(1), 5);
  withExamples(
    withJson(withDevice(withCompensation(withDataLimit(withPreprocessing(command, 'as the package says'))))),
    'crossloom run mobilenetv2.xbar --input cat.jpg',
    'crossloom run mobilenetv2.xbar --input cat.jpg --chip chip1 --top 3 --json',
    'crossloom run mobilenetv2.xbar --input cat.jpg --chip chip1 --at 1d --compensate columns',
  ).action((folder: string, args: RunCommandLine) => run(io, folder, args));
}
