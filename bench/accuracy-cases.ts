/**
 * The rows of the accuracy tables: which model on which chip, with which images. Rows are picked by patterns of their
 * label; `npm run accuracy -- MobileNet` runs those of MobileNets.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import type { CompileOptions, Preprocessing } from '../src/index.ts';

export interface Case {
  readonly model: string;
  readonly file: string;
  readonly data: string;
  /** Where calibration samples come from, if not from the data. */
  readonly calibrate?: string;
  readonly preprocessing: Partial<Preprocessing>;
  readonly target: string;
  /** What is special about this row, as the table says it. */
  readonly note?: string;
  readonly options?: Partial<CompileOptions>;
  /** Whether every chip is tested and gets a mapping around its own faulty cells. */
  readonly aroundFaults?: boolean;
  /** Factor on the assumed spreads of a transfer. */
  readonly spread?: number;
  readonly images: number;
  readonly trials: number;
}

const shared = process.env.CROSSLOOM_DATA ?? join(installRoot(), '../shared/data');
const fixture = join(installRoot(), 'fixtures/fashion-mobilenetv2');
const trained = (name: string) => join(shared, 'models', `${name}.onnx`);

type Model = Pick<Case, 'model' | 'file' | 'data' | 'calibrate' | 'preprocessing' | 'images'>;

const cifar = { data: join(shared, 'cifar10'), images: 2000 };
const imagenetStatistics = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
const photographs = {
  data: join(shared, 'imagenet'),
  images: 500,
  preprocessing: { mean: [127.5], std: [127.5], labelOffset: 1 },
};

/** Whether a model is there; says so where it is not. */
export function isThere({ model, file }: Pick<Model, 'model' | 'file'>): boolean {
  const found = existsSync(file);
  if (!found) process.stderr.write(`skipped: ${model} is not at ${file}; set CROSSLOOM_DATA\n`);
  return found;
}

export const mobilenetV2: Model = {
  model: 'MobileNet-V2 1.0 224',
  file: trained('mobilenetv2-1.0-224'),
  ...photographs,
};
const mobilenetV1: Model = {
  model: 'MobileNet-V1 0.25 128',
  file: trained('mobilenetv1-0.25-128'),
  ...photographs,
  preprocessing: { ...photographs.preprocessing, resize: [128, 128] },
};
export const resnet20: Model = {
  model: 'CIFAR-10 ResNet-20',
  file: trained('cifar10-resnet20'),
  preprocessing: imagenetStatistics,
  ...cifar,
};
export const resnet32: Model = {
  ...resnet20,
  model: 'CIFAR-10 ResNet-32',
  file: trained('cifar10-resnet32'),
};
const resnet8: Model = {
  model: 'MLPerf Tiny ResNet-8',
  file: trained('mlperf-tiny-resnet8'),
  preprocessing: {},
  ...cifar,
};
const vit: Model = {
  model: 'CIFAR-10 ViT',
  file: trained('cifar10-vit'),
  preprocessing: {
    scale: 1 / 255,
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.2023, 0.1994, 0.201],
  },
  ...cifar,
};
const keywords: Model = {
  model: 'MLPerf Tiny DS-CNN',
  file: trained('mlperf-tiny-dscnn'),
  data: join(shared, 'keywords'),
  preprocessing: { mean: [83], std: [1 / 0.5847029] },
  images: 1000,
};
export const mnistCnn: Model = {
  model: 'MNIST CNN',
  file: trained('mnist-cnn'),
  data: join(shared, 'mnist'),
  preprocessing: {},
  images: 500,
};
const demo: Model = {
  model: 'demo MobileNet-V2 0.35',
  file: join(fixture, 'model.onnx'),
  data: join(fixture, 'test-images-idx3-ubyte.gz'),
  calibrate: join(fixture, 'calibration-images-idx3-ubyte.gz'),
  preprocessing: { mean: [72.93], std: [90.015] },
  images: 1000,
};

const chips = 5;
/** A row with five chips, or one where programming is exact. */
export const on = (model: Model, target: string, more: Partial<Case> = {}): Case => ({
  ...model,
  target,
  trials: target === 'ideal' ? 1 : chips,
  ...more,
});
const bits = (count: number, more = '') => ({
  note: `${count}-bit converters${more}`,
  options: { set: [`adc.bits=${count}`] },
});

const aroundFaults = { note: 'around faults', aroundFaults: true };
/** Every digit in two cell pairs, the second aimed at what the first one missed. */
const twoCopies = { note: 'two copies, residual', options: { copies: 2, residual: true } };

/** The layers of MobileNet-V2 that bring a block's channels back to few, without an activation to hide errors. */
const projections = [14, 28, 42, 58, 72, 88, 104, 118, 134, 150, 166, 180, 196, 212, 226, 242, 258];
/** Their weights in two digits, the lower aimed at what the upper one is off by. */
const twoDigits = {
  note: 'projections in two digits, residual, around faults',
  options: { layers: projections.map((n) => ({ match: `n_Conv_${n}`, slices: 2, residual: true })) },
  aroundFaults: true,
};

/** What takes longest last. */
export const allModels = [keywords, resnet8, resnet20, resnet32, vit, mobilenetV1, mobilenetV2];

/** What patterns pick a row by. */
export const labelOf = ({ model, target, note = '' }: Pick<Case, 'model' | 'target' | 'note'>): string =>
  [model, target, note].join(' ').trim();
/** The target of a row, as tables name it. */
export const targetOf = ({ target, note }: Pick<Case, 'target' | 'note'>): string =>
  note ? `\`${target}\`, ${note}` : `\`${target}\``;

export const cases: readonly Case[] = [
  on(mobilenetV2, 'ideal'),
  ...allModels.map((model) => on(model, 'tetramem-256-6bit')),
  ...allModels.map((model) => on(model, 'tetramem-256-6bit', aroundFaults)),
  on(mobilenetV2, 'tetramem-256-6bit', twoDigits),
  on(mobilenetV2, 'tetramem-256-6bit', twoCopies),
  ...allModels.map((model) => on(model, 'tetramem-256')),
  ...allModels.map((model) => on(model, 'tetramem-256', aroundFaults)),
  ...[5, 6, 7, 8, 9, 10].map((count) =>
    on(mobilenetV2, 'tetramem-256', { ...bits(count, ', around faults'), aroundFaults: true, trials: 1 }),
  ),
  ...[5, 6, 7, 9, 10].map((count) => on(keywords, 'tetramem-256', bits(count))),
  ...[0, 1, 2, 3, 4].map((spread) =>
    on(demo, 'leti-fecap-130nm', {
      spread,
      note: `${spread} times the assumed spread`,
      images: 500,
      trials: 2,
    }),
  ),
];
