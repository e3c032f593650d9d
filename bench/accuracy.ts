/**
 * `npm run accuracy`: the README's figures of accuracy. Every row compiles a model, programs chips, and scores them
 * beside floating point on images that calibration has not seen. Arguments are patterns that pick rows by their label.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CalibrationRecord,
  compile,
  loadTarget,
  openDataset,
  openPackage,
  parseOptions,
  readModel,
  soleInput,
  spreadSamples,
  type VerifyReport,
  verify,
  withPackagesAroundFaults,
  writePackage,
} from '../src/index.ts';
import { formatTable } from '../src/report/table.ts';
import { type Case, cases } from './accuracy-cases.ts';

/** The four spreads of a transfer that the target assumes, scaled together. */
const spreads = [
  'programming.cycleToCycle',
  'hidden.chargeSpread',
  'hidden.lineNoise',
  'hidden.thresholdSpread',
];

const labelOf = (item: Case) => [item.model, item.target, item.note ?? ''].join(' ').trim();
const wanted = process.argv.slice(2);
const chosen = cases.filter((item) => wanted.every((pattern) => new RegExp(pattern).test(labelOf(item))));
/** A record holds for every target: each model is recorded once. */
const records = new Map<string, CalibrationRecord>();
const rows: string[][] = [];
for (const item of chosen) {
  if (!existsSync(item.file)) {
    process.stdout.write(`skipped: ${item.model} is not at ${item.file}; set CROSSLOOM_DATA\n`);
    continue;
  }
  rows.push(rowOf(item, await measure(item)));
  process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
}
const headers = [
  'model',
  'target',
  'arrays',
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

interface Measured {
  readonly report: VerifyReport;
  readonly arrays: number;
}

async function measure(item: Case): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-accuracy-'));
  try {
    const model = { ...(await readModel(item.file)), file: item.file };
    const options = parseOptions({ target: item.target, ...item.options });
    const loaded = await loadTarget(item.target, [...options.set, ...(await scaledSpreads(item))]);
    const dataset = await openDataset(item.data, { flags: item.preprocessing });
    const calibration = item.calibrate
      ? await openDataset(item.calibrate, { flags: item.preprocessing })
      : dataset;
    const samples = spreadSamples(calibration, soleInput(model.graph, item.file), options.calibrationSamples);
    const known = records.get(item.file);
    const compiled = await compile(
      model,
      loaded,
      options,
      known ? { kind: 'record', record: known } : { kind: 'samples', samples },
    );
    records.set(item.file, compiled.record);
    const place = join(folder, 'model.xbar');
    await writePackage(compiled, place);
    const pkg = await openPackage(place);
    const of = { trials: item.trials, images: item.images, excludeCalibration: true };
    const report = item.aroundFaults
      ? await withPackagesAroundFaults(pkg, model, undefined, (packageFor) =>
          verify(pkg, model, dataset, { ...of, packageFor }),
        )
      : await verify(pkg, model, dataset, of);
    return { report, arrays: compiled.mapping.arrays };
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

function rowOf(item: Case, { report, arrays }: Measured): string[] {
  const percent = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  const { mapped } = report;
  const change = mapped.difference;
  return [
    item.model,
    item.note ? `${item.target}, ${item.note}` : item.target,
    String(arrays),
    String(report.data.images),
    String(item.trials),
    percent(report.float.top1),
    percent(report.ideal.top1),
    `${percent(mapped.top1?.mean)} +- ${percent(mapped.top1?.deviation ?? 0)}`,
    percent(mapped.agreement?.mean),
    change ? `${percent(change.points)} (${percent(change.low)} to ${percent(change.high)})` : '',
  ];
}
