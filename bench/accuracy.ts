/**
 * `npm run accuracy`: the README's figures of accuracy. Every row compiles a model, programs chips, and scores them
 * beside floating point on images that calibration has not seen. Arguments pick rows by a part of their name.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compile,
  loadTarget,
  openDataset,
  openPackage,
  type Preprocessing,
  parseOptions,
  readModel,
  soleInput,
  spreadSamples,
  type VerifyReport,
  verify,
  writePackage,
} from '../src/index.ts';
import { installRoot } from '../src/install-root.ts';
import { formatTable } from '../src/report/table.ts';

interface Case {
  readonly model: string;
  readonly file: string;
  readonly data: string;
  readonly calibrate?: string;
  readonly preprocessing: Partial<Preprocessing>;
  readonly target: string;
  /** Factor on the assumed spreads of a transfer. */
  readonly spread?: number;
  readonly images: number;
  readonly trials: number;
}

const shared = process.env.CROSSLOOM_DATA ?? join(installRoot(), '../shared/data');
const fixture = join(installRoot(), 'fixtures/fashion-mobilenetv2');

const resnet = {
  model: 'CIFAR-10 ResNet-20',
  file: join(shared, 'models/cifar10-resnet20.onnx'),
  data: join(shared, 'cifar10'),
  preprocessing: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  images: 5000,
};
const keywords = {
  model: 'MLPerf Tiny DS-CNN',
  file: join(shared, 'models/mlperf-tiny-dscnn.onnx'),
  data: join(shared, 'keywords'),
  preprocessing: { mean: [83], std: [1 / 0.5847029] },
  images: 1000,
};
const demo = {
  model: 'demo MobileNet-V2 0.35',
  file: join(fixture, 'model.onnx'),
  data: join(fixture, 'test-images-idx3-ubyte.gz'),
  calibrate: join(fixture, 'calibration-images-idx3-ubyte.gz'),
  preprocessing: { mean: [72.93], std: [90.015] },
  images: 1000,
};
const mobilenet = {
  model: 'MobileNet-V2 1.0 224',
  file: join(shared, 'models/mobilenetv2-1.0-224.onnx'),
  data: join(shared, 'imagenet'),
  preprocessing: { mean: [127.5], std: [127.5], labelOffset: 1 },
  images: 500,
};

/** The four spreads of a transfer that the target assumes, scaled together. */
const spreads = [
  'programming.cycleToCycle',
  'hidden.chargeSpread',
  'hidden.lineNoise',
  'hidden.thresholdSpread',
];

const cases: readonly Case[] = [
  { ...resnet, target: 'tetramem-256-6bit', trials: 5 },
  { ...keywords, target: 'tetramem-256-6bit', trials: 5 },
  { ...demo, target: 'tetramem-256-6bit', trials: 5 },
  ...[0.5, 1, 2].map((spread) => ({ ...demo, target: 'leti-fecap-130nm', spread, trials: 5 })),
  { ...mobilenet, target: 'ideal', trials: 1 },
  { ...mobilenet, target: 'tetramem-256-6bit', trials: 2 },
];

const wanted = process.argv.slice(2);
const chosen = cases.filter((c) => wanted.every((word) => `${c.model} ${c.target}`.includes(word)));
const rows: string[][] = [];
for (const item of chosen) {
  if (!existsSync(item.file)) {
    process.stdout.write(`skipped: ${item.model} is not at ${item.file}; set CROSSLOOM_DATA\n`);
    continue;
  }
  const report = await measure(item);
  rows.push(rowOf(item, report));
  process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
}
const headers = [
  'model',
  'target',
  'images',
  'chips',
  'float',
  'integers',
  'mapped',
  'agreement',
  'difference, 95 %',
];
process.stdout.write(
  `${formatTable(
    headers.map((header) => ({ header })),
    rows,
  )}\n`,
);

async function measure(item: Case): Promise<VerifyReport> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-accuracy-'));
  try {
    const model = { ...(await readModel(item.file)), file: item.file };
    const loaded = await loadTarget(item.target, await scaledSpreads(item));
    const options = parseOptions({ target: item.target });
    const dataset = await openDataset(item.data, { flags: item.preprocessing });
    const calibration = item.calibrate
      ? await openDataset(item.calibrate, { flags: item.preprocessing })
      : dataset;
    const samples = spreadSamples(calibration, soleInput(model.graph, item.file), options.calibrationSamples);
    const compiled = await compile(model, loaded, options, { kind: 'samples', samples });
    const place = join(folder, 'model.xbar');
    await writePackage(compiled, place);
    return await verify(await openPackage(place), model, dataset, {
      trials: item.trials,
      images: item.images,
      excludeCalibration: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Overrides that multiply the target's own spreads. */
async function scaledSpreads(item: Case): Promise<string[]> {
  const { provenance } = await loadTarget(item.target);
  return spreads.flatMap((field) => {
    const own = provenance.find((entry) => entry.field === field);
    return own && item.spread ? [`${field}=${Number(own.text) * item.spread}`] : [];
  });
}

function rowOf(item: Case, report: VerifyReport): string[] {
  const percent = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  const { mapped } = report;
  const change = mapped.difference;
  return [
    item.model,
    item.spread ? `${item.target}, ${item.spread} x spread` : item.target,
    String(report.data.images),
    String(item.trials),
    percent(report.float.top1),
    percent(report.ideal.top1),
    `${percent(mapped.top1?.mean)} +- ${percent(mapped.top1?.deviation ?? 0)}`,
    percent(mapped.agreement?.mean),
    change ? `${percent(change.points)} (${percent(change.low)} to ${percent(change.high)})` : '',
  ];
}
