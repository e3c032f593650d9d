/** Checks everything that a verification needs before anything is programmed, and settles which images it runs on. */
import { createHash } from 'node:crypto';
import type { Chip } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import { hasReadNoise } from '../conditions/models.ts';
import { checkLabels, type Dataset } from '../data/dataset.ts';
import {
  bitstreamWrongTarget,
  chipWrongPackage,
  labelsMissing,
  optionInvalid,
  wrongModel,
} from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { ValueInfo } from '../ir/graph.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { Package } from '../package/open.ts';
import { checkRewrite } from '../rewrite/check-rewrite.ts';
import type { Session } from '../runtime/session.ts';
import { checkOptions } from './check-options.ts';
import { imagesFollowEachOther } from './image-order.ts';
import { type Metric, metricOf, metricProblems } from './metric.ts';
import type { ModelFile, VerifyOptions } from './options.ts';
import { probeOutput } from './probe-output.ts';

export interface Plan {
  readonly inputs: readonly ValueInfo[];
  /** The model's output that is scored. */
  readonly output: string;
  /** Values of that output per image. */
  readonly values: number;
  /** The same number where the output is a list of classes; else undefined. */
  readonly classes: number | undefined;
  /** Right class of every image; undefined without labels or classes. */
  readonly targets: Int32Array | undefined;
  /** How the output of these images is scored, where it is not taken for a list of classes. */
  readonly metric?: Metric;
  /** Samples of the data set, in order. */
  readonly indices: readonly number[];
  /** SHA-256 of these samples, as data sets give it. */
  readonly hashes: readonly string[];
  /** SHA-256 of what models are fed of all samples asked for. */
  readonly fed: string;
  readonly batchSize: number;
  /** Images among those asked for that were also used for calibration. */
  readonly overlap: number;
}

/** Values of inputs per batch, about: larger batches need memory (eight bit planes per input) and save no time. */
const batchValues = 1 << 14;
const largestBatch = 32;

/**
 * @param float the original model
 * @throws DiagnosticError with all of package/wrong-model, chip/wrong-package, bitstream/wrong-target, chip/unreadable,
 *   options/invalid, data/* that can be told together; unreadable images among thousands are found here too
 */
export async function planVerification(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: VerifyOptions,
  float: Session,
): Promise<Plan> {
  const { inputs } = model.graph;
  const { target } = pkg.loaded;
  const { rewrite, chips = [] } = options;
  const problems = [
    ...checkOptions(target, options),
    ...(rewrite ? checkRewrite(target, pkg.record, rewrite) : []),
    ...(await checkChips(pkg, chips)),
  ];
  if (model.sha256 !== pkg.manifest.model.sha256) {
    // Data that do not fit another model say nothing.
    raise([...problems, wrongModel(model.file, pkg.manifest.model.sha256, model.sha256)]);
  }
  const probe = await probeOutput(dataset, inputs, float, options.scoreOutput).catch((error: unknown) => {
    throw error instanceof DiagnosticError ? new DiagnosticError([...problems, ...error.diagnostics]) : error;
  });
  const { metric } = options;
  const classes = metric ? undefined : probe.classes;
  if (metric) problems.push(...metricProblems(metric, probe, dataset));
  const offset = dataset.preprocessing.labelOffset;
  if (dataset.labels && classes) problems.push(...checkLabels(dataset, classes, offset));
  const bounded = options.minAccuracy !== undefined || options.maxDrop !== undefined;
  if (bounded && metric) {
    if (metric.kind !== 'ctc' || !metric.texts)
      problems.push(
        optionInvalid('--min-accuracy, --max-drop', 'bounds are of right classes or right texts'),
      );
  } else if (bounded && !dataset.labels) problems.push(labelsMissing(dataset.path));
  raise(problems);

  const { from = 0, to } = options.range ?? {};
  const wanted = evenlySpread(dataset.length, options.images ?? dataset.length).slice(from, to);
  const fast = Math.max(1, Math.min(largestBatch, Math.floor(batchValues / probe.inputValues)));
  const noisy = (options.noise ?? true) && hasReadNoise(target);
  const together = probe.batched ? (dataset.fixedBatch(inputs) ?? options.batchSize ?? fast) : 1;
  const alone = noisy && together > 1 && !(await imagesFollowEachOther(pkg, inputs, dataset, wanted));
  const batchSize = alone ? 1 : together;
  const { hashes, fed } = await hashesOf(dataset, inputs, wanted, batchSize, options.onProgress);
  const known = new Set(pkg.manifest.calibration.samples);
  const kept = hashes.flatMap((hash, i) => (options.excludeCalibration && known.has(hash) ? [] : [i]));
  const indices = kept.map((i) => wanted[i]!);
  if (indices.length === 0)
    raise([
      optionInvalid(
        '--exclude-calibration',
        'all images of the data were used for calibration',
        'Give other data.',
      ),
    ]);
  const { labels } = dataset;
  const scored = labels !== undefined && classes !== undefined;
  return {
    inputs,
    output: probe.output,
    values: probe.values,
    classes,
    ...(metric && { metric: metricOf(metric, indices, probe.values) }),
    targets: scored ? Int32Array.from(indices, (index) => labels[index]! + offset) : undefined,
    indices,
    hashes: kept.map((i) => hashes[i]!),
    fed,
    batchSize,
    overlap: hashes.filter((hash) => known.has(hash)).length,
  };
}

async function checkChips(pkg: Package, chips: readonly (Chip | string)[]): Promise<Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const { fingerprint } = pkg.loaded;
  for (const [number, given] of chips.entries()) {
    const place = typeof given === 'string' ? given : `chip ${number + 1}`;
    try {
      const chip = typeof given === 'string' ? await loadChip(given) : given;
      if (chip.bitstream !== pkg.bitstream)
        problems.push(chipWrongPackage(place, pkg.bitstream, chip.bitstream));
      else if (chip.header.fingerprint !== fingerprint)
        problems.push(bitstreamWrongTarget(place, fingerprint, chip.header.fingerprint));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
  return problems;
}

/** SHA-256 of every sample, and of what all together become for the model. Reads every image once. */
async function hashesOf(
  dataset: Dataset,
  inputs: readonly ValueInfo[],
  indices: readonly number[],
  batchSize: number,
  onProgress: VerifyOptions['onProgress'],
): Promise<Pick<Plan, 'hashes' | 'fed'>> {
  const all: string[] = [];
  const fed = createHash('sha256');
  onProgress?.('checking images', 0, indices.length);
  for await (const { hashes, feeds } of dataset.batches(indices, batchSize, inputs)) {
    all.push(...hashes);
    for (const [name, { dims, data }] of Object.entries(feeds))
      fed.update(JSON.stringify([name, dims])).update(data as Float32Array);
    onProgress?.('checking images', all.length, indices.length);
  }
  return { hashes: all, fed: fed.digest('hex') };
}
