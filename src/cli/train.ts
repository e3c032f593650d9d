/** `crossloom train`: learns on the chip, and writes what was learnt as a package. */
import { rm } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { defined } from '../defined.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { parseOptions } from '../ir/options.ts';
import { packageFolder, writePackage } from '../package/write.ts';
import { formatTraining } from '../report/train-text.ts';
import { defaults, parallelDefaults, tikiTakaDefaults } from '../train/defaults.ts';
import { reportOf } from '../train/report.ts';
import { maskReaches, roundings } from '../train/rules/hidden/steps.ts';
import { type RuleName, rules } from '../train/rules/rules.ts';
import { compileTrained, identityOf, openRun, readTrainingSamples } from '../train/train.ts';
import { compileStages } from './compile-stages.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { decimal, oneOf, seedNumber, wholeNumber, withDataLimit, withJson, withSet } from './options.ts';
import { checkOutput } from './output.ts';
import { withPreprocessing } from './preprocessing.ts';
import { type Stages, withStages } from './stages.ts';
import { openTrainingData } from './train-data.ts';
import { checkpointOf, learn } from './train-run.ts';
import { basisFor, problemsIn, requestOf, subjectOf, type TrainCommandLine } from './train-subject.ts';

async function run(io: Io, place: string | undefined, args: TrainCommandLine): Promise<void> {
  const { output, force = false } = args;
  raise(problemsIn(args));
  await checkOutput(output, force, packageFolder);
  const subject = await subjectOf(place, args);
  const pkg = subject.kind === 'package' ? subject.pkg : undefined;
  const data = await openTrainingData(args, pkg, subject.kind === 'model' ? subject.model : undefined);
  const { encoding, target } = rules[args.rule];
  // Training moves one hidden integer, or one cell, per weight.
  const once = { slices: 1, copies: 1, centredInputs: false, ...defined({ encoding }) } as const;
  const options = parseOptions({ target: args.target ?? target, set: [...args.set], ...once });
  const checkpoint = checkpointOf(output);
  let kept = false;
  const onKept = () => {
    kept = true;
  };
  const work = async ({ report, signal }: Stages) => {
    const onProgress = compileStages(report);
    const { dataset } = data.training;
    const basis = await basisFor(subject, dataset, args, options, onProgress);
    const request = requestOf(args, subject, basis.compiled.loaded.target);
    const samples = await readTrainingSamples(basis, data, request.seed, report);
    const trained = await openRun(basis, request, samples);
    const identity = identityOf(basis, request, samples);
    const epochs = await learn(trained, identity, args, { now: io.now, report, signal, onKept });
    const compiled = await compileTrained(basis, trained, dataset, options, onProgress);
    const { preprocessing } = dataset;
    const training = { ...identity, epochs: epochs.length };
    const onArray = (done: number, total: number) => report('writing the package', done, total);
    const how = { force, preprocessing, training, onArray, ...defined({ deltaFrom: pkg }) };
    await writePackage(compiled, output, how);
    return reportOf(basis, trained, epochs);
  };
  const report = await withStages(io, work, () =>
    kept ? { kept: `the run is kept in ${checkpoint}`, goOn: ['--resume'] } : {},
  );
  await rm(checkpoint, { force: true });
  if (args.json) return printJson(io, 'train', { package: output, ...report });
  io.stdout(`${output}: learnt on ${report.target}, seed ${args.seed}\n\n${formatTraining(report)}`);
}

/** Of a perceptron: a chip keeps some ten numbers for each. */
const mostWeights = 2 ** 24;

/** Reader of widths such as `784-200-100-10`. */
function widths(text: string): readonly number[] {
  const numbers = text.split('-').map(Number);
  const whole = numbers.every((n) => Number.isSafeInteger(n) && n > 0);
  const weights = numbers.slice(1).reduce((sum, n, i) => sum + n * numbers[i]!, 0);
  if (numbers.length >= 2 && whole && weights <= mostWeights) return numbers;
  throw new InvalidArgumentError(
    `Write the widths of input, layers and output, such as 784-200-100-10, for at most ${mostWeights} weights.`,
  );
}

export function declareTrain(command: Command, io: Io): void {
  const whole = wholeNumber(0);
  command
    .argument(
      '[network]',
      'a package whose last layers are trained, or an ONNX model that is trained as a whole',
    )
    .option('--mlp <widths>', 'a perceptron instead, such as 784-200-100-10', widths)
    .addOption(
      oneOf(
        '--normalization <which>',
        "of the perceptron's hidden layers (default: layer, with mini-batches batch)",
        ['layer', 'batch', 'none'],
      ),
    )
    .option(
      '--target <target>',
      "chip of a perceptron or model (default: the rule's, leti-fecap-130nm or cmo-hfox-350nm)",
    )
    .option(
      '--layers <pattern>',
      'names of the layers of a package to train; * stands for any characters',
      '*',
    )
    .requiredOption('--data <data>', 'labelled samples to learn from, as docs/data.md lists their formats')
    .option('--test <data>', 'samples to test with (default: the test part of the data, else held out of it)')
    .option('--hold-out <n>', 'without a test part, every n-th sample is for testing', whole, 5)
    .option('--samples <n>', 'samples that are learnt from at most, evenly spread', wholeNumber(1))
    .option('--test-samples <n>', 'samples that are tested with at most, evenly spread', wholeNumber(1))
    .option('--labels <file>', 'the labels, where they are not found by name')
    .addOption(
      oneOf(
        '--rule <rule>',
        'single steps of hidden integers, or updates of all cells at once by pulse trains: plain, or Tiki-Taka of version 2 or 4',
        Object.keys(rules) as RuleName[],
      ).default('hidden'),
    )
    .option('--epochs <n>', 'times that all samples are learnt from', whole, defaults.epochs)
    .option('--batch <n>', 'inputs of one update', wholeNumber(1, 65_536), defaults.batch)
    .option(
      '--learning-rate <r>',
      `of a hidden integer, in steps of 1 (default: ${defaults.learningRate}); of a real weight by pulses (default: ${parallelDefaults.learningRate})`,
      decimal(0, 1e6),
    )
    .option(
      '--bias-rate <r>',
      `learning rate of the digital biases (default: ${defaults.biasRate}; with pulses, that of weights)`,
      decimal(0, 1e6),
    )
    .option(
      '--rate <r>',
      `learning rate in floating point (default: ${defaults.rate}; with pulses, that of weights)`,
      decimal(0, 1e6),
    )
    .option(
      '--transfer-every <n>',
      `inputs from one transfer to the next (default: ${defaults.transferEvery}; of Tiki-Taka, of a row of each array: ${tikiTakaDefaults.transferEvery})`,
      whole,
    )
    .option(
      '--mask-probability <p>',
      `of a synapse to be let move (default: ${defaults.maskProbability})`,
      decimal(0, 1),
    )
    .addOption(
      oneOf(
        '--mask-reach <which>',
        'synapses that the mask lets move: with a gradient, of gradient 0 too, or all (default: gradient)',
        maskReaches,
      ),
    )
    .addOption(
      oneOf(
        '--rounding <how>',
        `of what the gradient asks for to a step (default: ${defaults.rounding})`,
        roundings,
      ),
    )
    .option('--step-size <n>', 'what a hidden integer moves by (default: 1)', wholeNumber(1, 32_767))
    .option(
      '--range <n>',
      `largest first hidden integer (default: ${defaults.range})`,
      wholeNumber(1, 32_767),
    )
    .option(
      '--longest-train <n>',
      `slots of the longest pulse train (default: ${parallelDefaults.longestTrain})`,
      wholeNumber(1),
    )
    .addOption(
      oneOf(
        '--update-bias <how>',
        `how voltages select the cells of an update (default: ${parallelDefaults.updateBias})`,
        ['half', 'gate'],
      ),
    )
    .option(
      '--fast-steps <n>',
      `steps of a fast cell that the largest update comes to (default: ${tikiTakaDefaults.fastSteps})`,
      decimal(0, 32),
    )
    .option(
      '--chop-every <n>',
      `readings of a row between two turns of its chopper (default: ${tikiTakaDefaults.chopEvery})`,
      wholeNumber(2),
    )
    .option(
      '--symmetry-pulses <n>',
      `pairs of pulses that take fast cells to where up and down balance (default: ${tikiTakaDefaults.symmetryPulses['tiki-taka-2']}; of version 4, none)`,
      whole,
    )
    .option(
      '--weight-range <w>',
      'weight that half of the window of conductances stands for (default: as the largest first weight needs)',
      decimal(0, 1e6),
    )
    .option(
      '--gain <g>',
      'spread of first weights in hidden layers, of sqrt(2 / inputs)',
      decimal(0, 1000),
      defaults.gain,
    )
    .option('--last-gain <g>', 'the same in the last layer', decimal(0, 1000), defaults.lastGain)
    .addOption(
      oneOf(
        '--start <from>',
        'from the weights that layers have, or new ones (default: new ones for --mlp, else what they have)',
        ['weights', 'random'],
      ),
    )
    .option('--seed <n>', 'decides the chip, the order of samples and all masks', seedNumber, 1)
    .option(
      '--checkpoint-every <n>',
      'inputs between two writings of OUTPUT.checkpoint (default: a minute)',
      wholeNumber(1),
    )
    .option('--resume', 'go on from OUTPUT.checkpoint')
    .option('--beyond-endurance', 'go on where a device would be used up')
    .requiredOption('-o, --output <package>', 'the package')
    .option('--force', 'replace an existing package');
  withExamples(
    withJson(withSet(withDataLimit(withPreprocessing(command, 'as recorded, else found beside them')))),
    'crossloom train --mlp 784-200-100-10 --data mnist/ --epochs 10 -o mnist.xbar',
    "crossloom train mobilenetv2.xbar --layers 'classifier*' --data my-images/ -o tuned.xbar",
  ).action((place: string | undefined, args: TrainCommandLine) => run(io, place, args));
}
