/** `crossloom verify`: scores floating point, the ideal chip and programmed chips on the same labelled images. */
import { type Command, Option } from 'commander';
import { packageAroundFaults } from '../compile/around-faults.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { kinds } from '../diagnostics/kinds.ts';
import { together } from '../diagnostics/together.ts';
import { placeOf } from '../files/files.ts';
import { noStore } from '../files/result-store.ts';
import { writeInPlace } from '../files/write-file.ts';
import { type ImportedModel, readModel } from '../onnx/decode.ts';
import { openPackage, type Package, pathIn } from '../package/open.ts';
import { counted } from '../report/number.ts';
import { named } from '../report/schemas/name.ts';
import { formatVerification } from '../report/verify-text.ts';
import { schemeOf } from '../schemes/models.ts';
import { readsAlike } from '../target/reads-alike.ts';
import { wiresRead } from '../verify/conditions.ts';
import type { VerifyOptions } from '../verify/options.ts';
import type { VerifyReport } from '../verify/report.ts';
import { boundsNotMet } from '../verify/summarize.ts';
import { verify } from '../verify/verify.ts';
import { correctionOption, rewriteOf, rewriteOptions, withCompensation } from './chip-options.ts';
import { compileStages } from './compile-stages.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { type MetricFlags, metricOption, readMetric } from './metric.ts';
import {
  decimal,
  percent,
  repeated,
  seedNumber,
  time,
  times,
  wholeNumber,
  withDevice,
  withJson,
  withThreads,
} from './options.ts';
import { checkOutput } from './output.ts';
import type { PreprocessingFlags } from './preprocessing.ts';
import { openResults } from './results.ts';
import { asRecorded, openPackageData, type ScoredDataFlags, withScoredData } from './scored-data.ts';
import { type Stages, withStages } from './stages.ts';

/** Chips per verification where nothing else is said: the fewest that show how chips differ. */
const defaultTrials = 3;

type Hooks = 'metric' | 'packageFor' | 'store' | 'signal' | 'onTrial' | 'onProgress';

interface VerifyCommandLine
  extends Omit<VerifyOptions, 'chips' | 'batchSize' | 'rewrite' | Hooks>,
    ScoredDataFlags,
    PreprocessingFlags,
    MetricFlags {
  readonly model?: string;
  readonly chip?: readonly string[];
  readonly rewrite?: number;
  readonly rewriteWait?: number;
  readonly aroundFaults?: true;
  readonly effects?: true;
  readonly output?: string;
  readonly json?: true;
}

/** Verifies with progress on a terminal. Warnings about the data go to stderr, all others into the report. */
async function verifyPackage(io: Io, folder: string, args: VerifyCommandLine): Promise<VerifyReport> {
  const store = await openResults(io);
  let kept: string | undefined;
  const onTrial = (finished: number, total: number) => {
    if (store !== noStore) kept = `finished and kept: ${finished} of ${counted(total, 'trial')}`;
  };
  const work = async ({ report, signal }: Stages) => {
    report('opening the package', 0, 1);
    const [pkg, given] = await together(openPackage(folder), modelOf(args));
    const file = args.model ?? ownModel(pkg);
    const model = { ...(given ?? (await readModel(file))), file };
    const dataset = await openPackageData(io, pkg, model, args);
    const packageFor: VerifyOptions['packageFor'] = (seed, stage) =>
      packageAroundFaults(pkg, model, {
        seed,
        onArray: stage('test'),
        onProgress: compileStages((label, done, total) => stage(label)(done, total)),
        ...defined({ threads: args.threads }),
      });
    const metric = await readMetric(args, dataset);
    const { metric: _, rewrite: _rounds, ...others } = args;
    return verify(pkg, model, dataset, {
      trials: trialsOf(pkg),
      ...others,
      ...defined({
        metric,
        rewrite: rewriteOf(args),
        chips: args.chip,
        packageFor: args.aroundFaults && packageFor,
      }),
      ...{ store, signal, onTrial, onProgress: report },
    });
  };
  return withStages(io, work, () => (kept === undefined ? {} : { kept, goOn: [] }));
}

/** A network that was trained on its chip has no other model than what an ideal chip computes. */
function ownModel(pkg: Package): string {
  if (!pkg.manifest.training)
    raise([optionInvalid('--model', `name the model that ${placeOf(pkg.files)} was compiled from`)]);
  return pathIn(pkg, 'reference');
}

async function modelOf({ model }: VerifyCommandLine): Promise<ImportedModel | undefined> {
  return model === undefined ? undefined : readModel(model);
}

/** Chips without any randomness are all the same. */
function trialsOf({ loaded: { target } }: Package): number {
  return schemeOf(target).exact && readsAlike(target) ? 1 : defaultTrials;
}

async function run(io: Io, folder: string, args: VerifyCommandLine): Promise<void> {
  if (args.output !== undefined) await checkOutput(args.output, true);
  const report = await verifyPackage(io, folder, args);
  if (args.output !== undefined) {
    await writeInPlace(
      args.output,
      Buffer.from(`${JSON.stringify(named('verify', report), null, 1)}\n`),
      true,
    );
  }
  if (args.json) printJson(io, 'verify', report);
  else io.stdout(formatVerification(report, { width: io.columns, effects: args.effects }));
  raise(boundsNotMet(report));
}

export function declareVerify(command: Command, io: Io): void {
  const whole = wholeNumber(1);
  command.argument('<package>', 'the package');
  withScoredData(command, asRecorded)
    .option(
      '--model <file.onnx>',
      'the model that was compiled (default: reference.onnx of a package that `train` wrote)',
    )
    .option(
      '--trials <n>',
      `chips to program (default: ${defaultTrials}; 1 where programming is exact)`,
      wholeNumber(1, 10_000),
    )
    .option('--seed <n>', 'seed of the first chip (default: 1)', seedNumber)
    .option('--images <n>', 'images used at most, evenly spread (default: all)', whole)
    .option('--exclude-calibration', 'leave out images that were used for calibration')
    .option('--no-calibrate', 'leave gain and bias of new chips as they were compiled')
    .addOption(correctionOption().conflicts(['chip', 'calibrate']))
    .addOption(rewriteOptions()[0]!.conflicts('chip'))
    .addOption(rewriteOptions()[1]!)
    .addOption(
      new Option('--chip <dir>', 'verify this saved chip instead of new ones (repeatable)')
        .argParser(repeated)
        .conflicts(['trials', 'seed']),
    )
    .addOption(
      new Option(
        '--around-faults',
        'test every new chip, and program it from a mapping around its own faulty cells',
      ).conflicts('chip'),
    )
    .option(
      '--at <times>',
      'read the chips this long after programming, such as 1s,1h,1d,10y (default: right after)',
      times,
    )
    .addOption(
      new Option(
        '--calibrated-at <time>',
        'hold the calibration of this time after programming in all readings (default: each is calibrated as it is read)',
      ).argParser(time),
    )
    .addOption(
      new Option(
        '--wires <which>',
        'read through the wires, as if they had no resistance, or both (default: both, where the target has wires; on, where levels make up for them)',
      ).choices(wiresRead),
    )
    .option('--no-noise', 'leave out the noise of readings')
    .option(
      '--noise-states <n>',
      'states of random telegraph and 1/f noise over all images (default: 8)',
      wholeNumber(1, 1_000_000),
    )
    .addOption(metricOption())
    .option('--alphabet <file>', 'symbols of the classes for --metric ctc, one a line (docs/data.md)')
    .option('--truth <file>', 'texts (.csv) or values (.npy) that the outputs should be, for --metric')
    .option(
      '--min-accuracy <percent>',
      `exit with ${kinds.bound.exit} where the mean top-1 of the chips is lower`,
      percent,
    )
    .option(
      '--max-drop <points>',
      `exit with ${kinds.bound.exit} where the chips lose more against floating point`,
      decimal(-100, 100),
    )
    .option('--effects', 'name all effects that are simulated or not, and all assumed values')
    .option('--output <file.json>', 'also write the report as JSON to this file');
  withExamples(
    withJson(withDevice(withThreads(withCompensation(command)))),
    'crossloom verify mobilenetv2.xbar --model mobilenetv2.onnx --data images/ --trials 5',
    'crossloom verify net.xbar --model net.onnx --data test.npz --images 500 --max-drop 1 --json',
    'crossloom verify net.xbar --model net.onnx --data test.npz --chip chip1 --chip chip2',
    'crossloom verify net.xbar --model net.onnx --data test.npz --at 1s,1h,1d --max-drop 1',
    'crossloom verify net.xbar --model net.onnx --data test.npz --at 1s,1h,1d --calibrated-at 1s --max-drop 1',
    'crossloom verify net.xbar --model net.onnx --data test.npz --device webgpu',
    'crossloom verify ocr.xbar --model ocr.onnx --data words/ --metric ctc --alphabet symbols.txt --truth words.csv',
  ).action((folder: string, args: VerifyCommandLine) => run(io, folder, args));
}
