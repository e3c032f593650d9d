/** `crossloom train`: learns on the chip, and writes what was learnt as a package. */
import { existsSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Diagnostic, raise } from '../diagnostic.ts';
import { optionInvalid, trainCheckpointUnreadable } from '../diagnostics.ts';
import { loadTarget } from '../load-target.ts';
import { readModel } from '../onnx/decode.ts';
import { parseOptions } from '../options.ts';
import { openPackage, type Package } from '../package/open.ts';
import { packageFolder, writePackage } from '../package/write.ts';
import { formatShare } from '../report/number.ts';
import { formatTraining } from '../report/train-text.ts';
import type { Target } from '../target.ts';
import { type Basis, basisOfModel, basisOfPackage, modelOf } from '../train/basis.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../train/checkpoint.ts';
import { costsOf } from '../train/costs.ts';
import { defaults } from '../train/defaults.ts';
import type { EnduranceLimits } from '../train/endurance.ts';
import { roundings } from '../train/hidden-rule.ts';
import { type LayerWeights, perceptron, type TrainableNetwork, type TrainedLayer } from '../train/network.ts';
import { enduranceOf, reportOf } from '../train/report.ts';
import { type Epoch, finishRun, type Run } from '../train/run.ts';
import { snapshot } from '../train/snapshot.ts';
import {
  compileTrained,
  identityOf,
  openRun,
  readTrainingSamples,
  resume,
  type TrainRequest,
} from '../train/train.ts';
import type { Trainer } from '../train/trainer.ts';
import { formatQuantity } from '../units.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { decimal, wholeNumber, withJson, withSet } from './options.ts';
import { checkOutput, writeInPlace } from './output.ts';
import { type Stages, withStages } from './stages.ts';
import { openTrainingData, type TrainDataFlags } from './train-data.ts';

interface TrainCommandLine extends TrainDataFlags {
  readonly mlp?: readonly number[];
  readonly normalization?: TrainedLayer['normalization'];
  readonly target: string;
  readonly set: readonly string[];
  readonly layers: string;
  readonly start?: TrainRequest['start'];
  readonly transferEvery: number;
  readonly epochs: number;
  readonly batch: number;
  readonly maskProbability: number;
  readonly rounding: TrainRequest['rounding'];
  readonly learningRate: number;
  readonly biasRate: number;
  readonly rate: number;
  readonly gain: number;
  readonly lastGain: number;
  readonly range: number;
  readonly seed: number;
  readonly checkpointEvery?: number;
  readonly resume?: true;
  readonly beyondEndurance?: true;
  readonly output: string;
  readonly force?: true;
  readonly json?: true;
}

/** What is trained, as the command line names it. */
type Subject =
  | { readonly kind: 'network'; readonly network: TrainableNetwork }
  | { readonly kind: 'model'; readonly file: string }
  | { readonly kind: 'package'; readonly pkg: Package };

async function subjectOf(place: string | undefined, args: TrainCommandLine): Promise<Subject> {
  const { mlp, batch, normalization = batch > 1 ? 'batch' : 'layer' } = args;
  if ((mlp === undefined) === (place === undefined))
    raise([optionInvalid('train', 'name a package or a model, or give --mlp')]);
  if (mlp) return { kind: 'network', network: perceptron(mlp, normalization) };
  const entry = await stat(place!).catch(() => undefined);
  return entry?.isDirectory() || !place!.endsWith('.onnx')
    ? { kind: 'package', pkg: await openPackage(place!) }
    : { kind: 'model', file: place! };
}

async function run(io: Io, place: string | undefined, args: TrainCommandLine): Promise<void> {
  const { output, force = false } = args;
  raise(problemsIn(args));
  await checkOutput(output, force, packageFolder);
  const subject = await subjectOf(place, args);
  const pkg = subject.kind === 'package' ? subject.pkg : undefined;
  const data = await openTrainingData(args, pkg, subject.kind === 'model' ? subject.file : undefined);
  const options = parseOptions({ target: args.target, set: [...args.set], slices: 1 });
  const basis = await basisFor(subject, data.training.dataset, args, options);
  const request = requestOf(args, subject, basis.compiled.loaded.target);
  const { trained, epochs } = await withStages(io, async ({ report }) => {
    const samples = await readTrainingSamples(basis, data, request.seed, report);
    const opened = openRun(basis, request, samples);
    const done = await learn(opened, identityOf(basis, request, samples), args, report);
    return { trained: opened, epochs: done };
  });
  const compiled = await compileTrained(basis, trained, data.training.dataset, options);
  const { preprocessing } = data.training.dataset;
  const training = { ...identityOf(basis, request, trained), epochs: epochs.length };
  await writePackage(compiled, output, { force, preprocessing, training, ...(pkg && { deltaFrom: pkg }) });
  await rm(checkpointOf(output), { force: true });
  const report = reportOf(basis, trained, epochs);
  if (args.json) return printJson(io, { package: output, ...report });
  io.stdout(`${output}: learnt on ${report.target}, seed ${request.seed}\n\n${formatTraining(report)}`);
}

/** All that is wrong with the flags by themselves. */
function problemsIn({ transferEvery, maskProbability, epochs, holdOut }: TrainCommandLine): Diagnostic[] {
  const problems: Diagnostic[] = [];
  if (transferEvery < 1)
    problems.push(
      optionInvalid(
        `--transfer-every ${transferEvery}`,
        'hidden weights are transferred after every 1 input at the soonest',
      ),
    );
  if (!(maskProbability > 0 && maskProbability <= 1))
    problems.push(optionInvalid(`--mask-probability ${maskProbability}`, 'it lies above 0 and at most at 1'));
  if (epochs < 1) problems.push(optionInvalid(`--epochs ${epochs}`, 'there is at least 1'));
  if (holdOut < 2)
    problems.push(optionInvalid(`--hold-out ${holdOut}`, 'nothing would be left to learn from'));
  return problems;
}

async function basisFor(
  subject: Subject,
  data: Parameters<typeof basisOfModel>[2],
  { target, set, layers }: TrainCommandLine,
  options: Parameters<typeof basisOfModel>[4],
): Promise<Basis> {
  if (subject.kind === 'package') return basisOfPackage(subject.pkg, layers);
  const loaded = await loadTarget(target, set);
  if (subject.kind === 'model') {
    const model = { ...(await readModel(subject.file)), file: subject.file };
    return basisOfModel(model, undefined, data, loaded, options);
  }
  const { network } = subject;
  return basisOfModel(modelOf(network, network.layers.map(anyWeights)), network, data, loaded, options);
}

/** Where the weights of a network lie does not depend on them. */
function anyWeights({ inputs, outputs }: TrainedLayer): LayerWeights {
  return {
    matrix: Float32Array.from({ length: inputs * outputs }, (_, i) => Math.sin(i)),
    scale: 1 / Math.sqrt(inputs),
    bias: new Float32Array(outputs),
    runningMean: new Float32Array(outputs),
    runningVariance: new Float32Array(outputs).fill(1),
  };
}

function requestOf(args: TrainCommandLine, { kind }: Subject, target: Target): TrainRequest {
  const { seed, epochs, batch, rate, gain, lastGain, range } = args;
  const { maskProbability, rounding, learningRate, biasRate, transferEvery } = args;
  return {
    ...{ seed, epochs, batch, rate, gain, lastGain, range },
    ...{ maskProbability, rounding, learningRate, biasRate, transferEvery },
    start: args.start ?? (kind === 'network' ? 'random' : 'weights'),
    endurance: args.beyondEndurance ? undefined : limitsOf(target),
  };
}

function limitsOf({ faults, hidden }: Target): EnduranceLimits {
  const ageing = hidden?.ageing;
  return {
    memristor: faults ? faults.endurance - faults.spent : Number.POSITIVE_INFINITY,
    fecap: ageing ? ageing.endurance - ageing.spent : Number.POSITIVE_INFINITY,
  };
}

const checkpointOf = (output: string): string => `${output}.checkpoint`;

/** Runs from the beginning or from the checkpoint, and writes checkpoints on the way. */
async function learn(
  opened: Run,
  identity: ReturnType<typeof identityOf>,
  { checkpointEvery, resume: goOn, output }: TrainCommandLine,
  report: Stages['report'],
): Promise<Epoch[]> {
  const file = checkpointOf(output);
  const done: Epoch[] = [];
  if (goOn) {
    if (!existsSync(file)) raise([trainCheckpointUnreadable(file, 'there is no such file')]);
    const checkpoint = decodeCheckpoint(await readFile(file), file, identity);
    resume(opened, checkpoint);
    done.push(...checkpoint.epochs);
  }
  return finishRun(opened, done, {
    checkpointEvery,
    onCheckpoint: async ({ chip, float }, epochs) =>
      writeInPlace(
        file,
        encodeCheckpoint({ identity, epochs, snapshots: [snapshot(chip), snapshot(float)] }),
      ),
    onProgress: (now, epochs) => {
      const { epoch, position } = now.chip.progress;
      report(`epoch ${epoch + 1} of ${now.epochs}`, position, now.training.count, noteOn(now, epochs));
    },
  });
}

/** How learning goes: this epoch's inputs, each before it was learnt from, and what the chip has had. */
function noteOn({ chip }: Run, epochs: readonly Epoch[]): string {
  const { loss, correct, position } = chip.progress;
  const { memristorEnergy, fecapEnergy } = costsOf(chip.synapses);
  const last = epochs.at(-1);
  return [
    `${((100 * correct) / position).toFixed(2)} % right`,
    `loss ${(loss / position).toFixed(3)}`,
    ...(last ? [`test ${last.test.toFixed(2)} %`] : []),
    `${chip.synapses[0]!.counts.rounds} transfers`,
    formatQuantity(memristorEnergy + fecapEnergy, 'J'),
    `${formatShare(enduranceShare(chip))} of endurance`,
  ].join(', ');
}

function enduranceShare(chip: Trainer): number {
  const used = Object.values(enduranceOf(chip));
  return Math.max(...used.map(({ cycles, limit }) => cycles / (limit ?? Number.POSITIVE_INFINITY)));
}

/** Reader of widths such as `784-200-100-10`. */
function widths(text: string): readonly number[] {
  const numbers = text.split('-').map(Number);
  if (numbers.length >= 2 && numbers.every((n) => Number.isSafeInteger(n) && n > 0)) return numbers;
  throw new InvalidArgumentError('Write the widths of input, layers and output, such as 784-200-100-10.');
}

export function registerTrain(program: Command, io: Io): void {
  const whole = wholeNumber(0);
  const command = program
    .command('train')
    .description('learn on a chip with hidden planes, and write what was learnt as a package')
    .argument(
      '[network]',
      'a package whose last layers are trained, or an ONNX model that is trained as a whole',
    )
    .option('--mlp <widths>', 'a perceptron instead, such as 784-200-100-10', widths)
    .addOption(
      new Option(
        '--normalization <which>',
        "of the perceptron's hidden layers (default: layer, with mini-batches batch)",
      ).choices(['layer', 'batch', 'none']),
    )
    .option('--target <target>', 'chip of a perceptron or model', 'leti-fecap-130nm')
    .option(
      '--layers <pattern>',
      'names of the layers of a package to train; * stands for any characters',
      '*',
    )
    .requiredOption('--data <data>', 'labelled samples to learn from, as docs/data.md lists their formats')
    .option('--test <data>', 'samples to test with (default: the test part of the data, else held out of it)')
    .option('--hold-out <n>', 'without a test part, every so manieth sample is for testing', whole, 5)
    .option('--samples <n>', 'samples that are learnt from at most, evenly spread', wholeNumber(1))
    .option('--test-samples <n>', 'samples that are tested with at most, evenly spread', wholeNumber(1))
    .option('--preprocess <file.yaml>', 'how samples become inputs')
    .option('--labels <file>', 'the labels, where they are not found by name')
    .addOption(
      new Option('--rule <rule>', 'single steps of hidden integers under a stochastic mask')
        .choices(['hidden'])
        .default('hidden'),
    )
    .option('--transfer-every <n>', 'inputs from one transfer to the next', whole, defaults.transferEvery)
    .option('--epochs <n>', 'times that all samples are learnt from', whole, defaults.epochs)
    .option('--batch <n>', 'inputs of one update', wholeNumber(1), defaults.batch)
    .option('--mask-probability <p>', 'of a synapse to be let move', decimal, defaults.maskProbability)
    .addOption(
      new Option('--rounding <how>', 'of what the gradient asks for to a step')
        .choices(roundings)
        .default(defaults.rounding),
    )
    .option('--learning-rate <r>', 'steps per unit of the gradient', decimal, defaults.learningRate)
    .option('--bias-rate <r>', 'learning rate of the digital biases', decimal, defaults.biasRate)
    .option('--rate <r>', 'learning rate in floating point', decimal, defaults.rate)
    .option(
      '--gain <g>',
      'spread of first weights in hidden layers, of sqrt(2 / inputs)',
      decimal,
      defaults.gain,
    )
    .option('--last-gain <g>', 'the same in the last layer', decimal, defaults.lastGain)
    .option('--range <n>', 'largest first hidden integer', wholeNumber(1), defaults.range)
    .addOption(
      new Option(
        '--start <from>',
        'from the weights that layers have, or new ones (default: new ones for --mlp, else what they have)',
      ).choices(['weights', 'random']),
    )
    .option('--seed <n>', 'decides the chip, the order of samples and all masks', whole, 1)
    .option('--checkpoint-every <n>', 'inputs between two writings of OUTPUT.checkpoint', wholeNumber(1))
    .option('--resume', 'go on from OUTPUT.checkpoint')
    .option('--beyond-endurance', 'go on where a device would be used up')
    .requiredOption('-o, --output <package>', 'the package')
    .option('--force', 'replace an existing package');
  withExamples(
    withJson(withSet(command)),
    'crossloom train --mlp 784-200-100-10 --data mnist/ --epochs 10 -o mnist.xbar',
    "crossloom train mobilenetv2.xbar --layers 'classifier*' --data my-images/ -o tuned.xbar",
  ).action((place: string | undefined, args: TrainCommandLine) => run(io, place, args));
}
