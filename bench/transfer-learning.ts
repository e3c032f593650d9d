/**
 * Transfer learning: the features of a frozen, quantized MobileNet-V2 on CIFAR-10, and a new classifier that learns on the chip,
 * beside floating point with the same order and schedule, and beside that classifier in 4 bits. Rates are chosen on held-out
 * training images.
 */
import { join } from 'node:path';
import { compile } from '../src/compile/compile.ts';
import type { Batch } from '../src/data/dataset.ts';
import { openDataset } from '../src/data/open.ts';
import type { Graph } from '../src/ir/graph.ts';
import { parseOptions } from '../src/ir/options.ts';
import { readModel } from '../src/onnx/decode.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import { referenceGraph } from '../src/package/host.ts';
import { fedInputs, spreadSamples } from '../src/record/samples.ts';
import { formatTable } from '../src/report/table.ts';
import { openSession } from '../src/runtime/session.ts';
import { trainingChip } from '../src/schemes/transfer/synapses.ts';
import { loadTarget } from '../src/target/load.ts';
import { findChain } from '../src/train/chain.ts';
import { defaults } from '../src/train/defaults.ts';
import { samplesFrom } from '../src/train/from-dataset.ts';
import type { TrainableNetwork } from '../src/train/network.ts';
import { openHidden } from '../src/train/rules/hidden/learner.ts';
import type { Samples } from '../src/train/samples.ts';
import { evaluate, openTrainer, type Trainer, trainBatch } from '../src/train/trainer.ts';
import { mobilenetV2 } from './accuracy-cases.ts';
import { meanOf } from './mean-of.ts';
import { tiledPlaces } from './tiled-places.ts';

const [classes, epochs, seeds] = [10, 10, 3];
const targetName = 'leti-fecap-130nm';
/** Learning rates that are tried, on the chip and in floating point. */
const rates = { hidden: [0.1, 0.3, 1, 3], float: [0.0003, 0.001, 0.003, 0.01] };

export async function transferLearning(shared: string): Promise<string> {
  const features = await readFeatures(join(shared, 'cifar10'));
  const { target } = await loadTarget(targetName);
  const { width } = features;
  const layer = {
    name: 'classifier',
    inputs: width,
    outputs: classes,
    normalization: 'none',
    activation: 'none',
  } as const;
  const network: TrainableNetwork = { layers: [layer] };
  const learn = (rule: Rule, rate: number, seed: number): Trainer => {
    const options = { ...defaults, rate, seed };
    const chip = trainingChip(target, seed);
    const places = [tiledPlaces(chip, width, classes, 0)];
    const trainer =
      rule === 'float'
        ? openTrainer(network, options)
        : openHidden(network, options, { ...defaults, learningRate: rate, chip, places });
    for (let n = 0; n < epochs * features.training.count; n++) trainBatch(trainer, features.training);
    return trainer;
  };
  const accuracy = (trainer: Trainer, samples: Samples) =>
    (100 * evaluate(trainer, samples).correct) / samples.count;
  const tried = (rule: Rule) =>
    rates[rule].map((rate) => ({ rate, held: accuracy(learn(rule, rate, 1), features.heldOut) }));
  const [hidden, float] = [tried('hidden'), tried('float')];
  const on = Array.from({ length: seeds }, (_, i) => i + 1);
  const floats = on.map((seed) => learn('float', bestOf(float), seed));
  const chips = on.map((seed) => learn('hidden', bestOf(hidden), seed));
  const score = (trainers: readonly Trainer[]) => meanOf(trainers.map((t) => accuracy(t, features.test)));
  const rows = [
    ['hidden weights', score(chips), listed(hidden)],
    ['floating point', score(floats), listed(float)],
    ['floating point, then 15 levels', score(floats.map(inLevels)), ''],
  ];
  const table = formatTable(
    [{ header: 'classifier' }, { header: 'test %' }, { header: 'held-out % by learning rate' }],
    rows,
  );
  return `${features.training.count} images to learn from, ${features.test.count} to test\n\n${table}`;
}

type Rule = keyof typeof rates;
interface Tried {
  readonly rate: number;
  /** Accuracy on held-out samples. */
  readonly held: number;
}

const bestOf = (tried: readonly Tried[]) => tried.reduce((a, b) => (b.held > a.held ? b : a)).rate;
const listed = (tried: readonly Tried[]) =>
  tried.map(({ rate, held }) => `${rate}: ${held.toFixed(1)}`).join(', ');

/** The same classifier with the largest of its weights at level 7, and all of them at whole levels. */
function inLevels(trainer: Trainer): Trainer {
  const [own] = trainer.weights;
  const largest = own!.matrix.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  const matrix = own!.matrix.map((w) => (Math.round((7 * w) / largest) * largest) / 7);
  return { ...trainer, weights: [{ ...own!, matrix }] };
}

/** Images as they come: 3 of 5 to learn from, 1 to choose rates with, 1 to test with. */
async function readFeatures(folder: string) {
  const model = { ...(await readModel(mobilenetV2.file)), file: mobilenetV2.file };
  const flags = { ...mobilenetV2.preprocessing, labelOffset: 0, resize: [224, 224] as const };
  const dataset = await openDataset(folder, { flags });
  const inputs = fedInputs(model.graph, model.file);
  const compiled = await compile(model, await loadTarget('ideal'), parseOptions({ target: 'ideal' }), {
    kind: 'samples',
    samples: spreadSamples(dataset, inputs, 64),
  });
  const last = compiled.graph.nodes.findLast((node) => node.kind === 'quantized-mvm')!;
  const tap = findChain(compiled.graph, last.origin.name).input;
  const reference: Graph = referenceGraph(compiled.graph);
  const outputs = [{ name: tap, elementType: 1, dims: undefined }];
  const session = await openSession(encodeModel({ ...reference, outputs }));
  const width = last.kind === 'quantized-mvm' ? last.rows : 0;
  const first = {
    inputs,
    width,
    classes,
    given: async ({ feeds }: Batch) => (await session.run(feeds))[tap]!,
  };
  const part = (from: number, to: number) =>
    Array.from({ length: dataset.length }, (_, i) => i).filter((i) => i % 5 >= from && i % 5 < to);
  const read = (from: number, to: number) => samplesFrom(dataset, part(from, to), first);
  const features = { width, training: await read(0, 3), heldOut: await read(3, 4), test: await read(4, 5) };
  await session.release();
  return features;
}
