/** Puts what the runs over the images gave into one report. */
import { z } from 'zod';
import { totalCounts } from '../chip/chip.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { boundNotMet, calibrationOverlap, knownAnswerDiffers } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import { version } from '../files/version.ts';
import type { Package } from '../package/open.ts';
import type { DeviceReport } from '../simulate/check-device.ts';
import { effectsOf, notModelled } from '../target/effects.ts';
import { readsAlike } from '../target/reads-alike.ts';
import { type CalibrationCost, calibrationCost } from './calibration-cost.ts';
import type { Condition } from './conditions.ts';
import { costOf } from './cost.ts';
import { answersAsRecorded, type KnownAnswerCheck } from './known-answer.ts';
import { addLayerSums, type LayerNoise, layerImages } from './layers.ts';
import type { LayerSums } from './layers-job.ts';
import { silence } from './metrics.ts';
import type { ModelFile, VerifyOptions } from './options.ts';
import type { Plan } from './plan.ts';
import {
  type BoundReport,
  type LayerReport,
  type MappedReport,
  snrOf,
  type TrialReport,
  type VerifyReport,
} from './report.ts';
import type { ReferenceRun } from './run-images.ts';
import { difference, readingReports, refreshReport, runScores, timeWarnings } from './summarize-readings.ts';
import { scoresOf, type Tally } from './tally.ts';
import type { Trial, TrialOutcome } from './trial.ts';

interface Verification {
  readonly pkg: Package;
  readonly model: ModelFile;
  readonly dataset: Dataset;
  readonly options: VerifyOptions;
  readonly plan: Plan;
  readonly references: ReferenceRun;
  readonly conditions: readonly Condition[];
  readonly trials: readonly TrialOutcome[];
  readonly knownAnswer: KnownAnswerCheck;
  /** Where chips ran; undefined: on the processor. */
  readonly device: DeviceReport | undefined;
  /** Seconds. */
  readonly duration: number;
}

/** How its layers are stored. */
const storedSchema = z.object({
  layers: z.array(
    z.object({
      copies: z.number(),
      digitsPerOne: z.number().optional(),
      repeats: z.number(),
      residual: z.boolean(),
    }),
  ),
});

/** What is known of the chip that a package was compiled for. */
const mappedSchema = z.object({ sha256: z.string(), after: z.object({ cells: z.number() }) });

/** The fault maps that chips were worked around, each once. */
function faultMaps(trials: readonly Trial[]): z.output<typeof mappedSchema>[] {
  const maps = trials.flatMap(({ faults }) => (faults ? [mappedSchema.parse(faults)] : []));
  return [...new Map(maps.map((map) => [map.sha256, map])).values()];
}

export function summarizeVerification(verification: Verification): VerifyReport {
  const { pkg, model, dataset, options, plan, references, knownAnswer } = verification;
  const layers = layersOver(verification.trials);
  const { target, fingerprint, overrides, provenance } = pkg.loaded;
  const trials = verification.trials.map((trial) => trialReport(trial, references.float));
  const idealDifference = difference([references.ideal], references.float);
  const { conditions } = verification;
  const readings = readingReports(conditions, verification.trials, references, options);
  const mapped = readings[0]!;
  const excluded = options.excludeCalibration ?? false;
  // What circuits take changes no accuracy.
  const assumed = provenance.filter(
    ({ from, field }) => from === 'assumed' && !field.startsWith('circuits.'),
  );
  const warnings: Diagnostic[] = [
    ...timeWarnings(target, options.at ?? []),
    ...currentsOver(verification.trials),
  ];
  if (plan.overlap > 0 && !excluded) warnings.push(calibrationOverlap(plan.overlap));
  if (!answersAsRecorded(knownAnswer))
    warnings.push(knownAnswerDiffers(placeOf(pkg.files), knownAnswer.maxDifference, knownAnswer.largest));
  return {
    crossloom: version,
    model: { file: model.file, sha256: model.sha256 },
    package: { folder: placeOf(pkg.files), bitstream: pkg.bitstream },
    target: { name: target.name, title: target.title, fingerprint, overrides },
    data: defined({
      name: dataset.name,
      path: dataset.path,
      images: plan.indices.length,
      labelled: references.float.top1 !== undefined || plan.metric?.kind === 'regression',
      metric: plan.metric?.kind ?? (plan.classes === undefined ? undefined : ('classes' as const)),
      classes: plan.classes,
      labelOffset: dataset.preprocessing.labelOffset,
      calibrationOverlap: plan.overlap,
      calibrationExcluded: excluded,
      preprocessing: dataset.preprocessing,
    }),
    output: plan.output,
    seeds: trials.map(({ seed }) => seed),
    float: scoresOf(references.float, references.float),
    ideal: defined({
      ...scoresOf(references.ideal, references.float),
      snrToFloat: snrOf(references.idealNoise),
      difference: idealDifference,
    }),
    mapped,
    readings,
    ...refreshReport(options, readings),
    ...defined({ calibration: calibrationOf(pkg, verification.trials) }),
    trials,
    recalledReferences: references.recalled,
    recalledTrials: verification.trials.filter(({ recalled }) => recalled).length,
    snrImages: Math.ceil(plan.indices.length / references.floatOutputs.stride),
    layers:
      (options.layers ?? true)
        ? {
            images: Math.min(layerImages, plan.indices.length),
            snr: pkg.layers.map(({ origin, output }) => ({
              origin,
              output,
              ...layerFigures(layers.get(output)),
            })),
          }
        : { images: 0, snr: [] },
    cost: costOf(pkg),
    effects: effectsOf(
      readings.some(({ wires }) => wires) ? target : { ...target, wires: undefined },
      trials.some(({ calibrated }) => calibrated),
      storedSchema.parse(pkg.manifest.summary).layers,
      faultMaps(verification.trials),
    ),
    notModelled,
    readsAlike: readsAlike(target),
    assumed: {
      of: provenance.length,
      values: assumed.map(({ field, text, source }) => ({ field, text, source })),
    },
    knownAnswer,
    ...defined({ device: verification.device }),
    bounds: boundReports(options, mapped),
    warnings,
    duration: verification.duration,
  };
}

/** Of all layers that any chip is calibrated in. */
function calibrationOf(pkg: Package, trials: readonly Trial[]): CalibrationCost | undefined {
  const calibrated = new Set(trials.flatMap((trial) => trial.calibrated));
  const sequential = trials.some(({ runs }) => runs[0]!.sequential);
  return calibrated.size > 0 ? calibrationCost(pkg, calibrated, sequential) : undefined;
}

/** Sums over all chips. */
function layersOver(trials: readonly Trial[]): LayerNoise {
  const sums: LayerNoise = new Map();
  for (const { layers } of trials)
    for (const [output, more] of layers) sums.set(output, addLayerSums(more, sums.get(output)));
  return sums;
}

/** Lines over their limits, of the chip that has most kinds of them. */
function currentsOver(trials: readonly Trial[]): readonly Diagnostic[] {
  return trials.reduce<readonly Diagnostic[]>(
    (most, { currents }) => (currents.length > most.length ? currents : most),
    [],
  );
}

const nothing: LayerSums = { ...silence, ownNoise: 0, saturated: 0, conversions: 0 };

function layerFigures(sums: LayerSums = nothing): Pick<LayerReport, 'snr' | 'own' | 'saturated'> {
  const { signal, ownNoise, saturated, conversions } = sums;
  return {
    snr: snrOf(sums),
    own: snrOf({ signal, noise: ownNoise }),
    saturated: conversions > 0 ? saturated / conversions : 0,
  };
}

function trialReport(trial: Trial, float: Tally): TrialReport {
  const { runs, seed, chip, calibrated, corrections, counters, duration, rewritten } = trial;
  const programming = totalCounts(counters);
  const { setPulses, resetPulses, formed } = programming;
  return defined({
    seed,
    chip,
    calibrated: calibrated.length > 0,
    corrections,
    ...runScores(runs[0]!, float),
    programming,
    rewritten,
    pulsesPerCell: formed > 0 ? (setPulses + resetPulses) / formed : undefined,
    duration,
  });
}

function boundReports(
  { minAccuracy, maxDrop }: VerifyOptions,
  { top1, words, difference }: MappedReport,
): BoundReport[] {
  const bounds: BoundReport[] = [];
  const accuracy = top1 ?? words;
  if (minAccuracy !== undefined && accuracy) {
    const measured = accuracy.mean;
    bounds.push({ flag: '--min-accuracy', limit: minAccuracy, measured, met: measured >= minAccuracy });
  }
  if (maxDrop !== undefined && difference) {
    const measured = -difference.points;
    bounds.push({ flag: '--max-drop', limit: maxDrop, measured, met: measured <= maxDrop });
  }
  return bounds;
}

/** The bounds of a report that are not met, as errors. */
export function boundsNotMet(report: Pick<VerifyReport, 'bounds' | 'data'>): Diagnostic[] {
  const what = report.data.metric === 'ctc' ? 'the mean share of right texts' : 'mean top-1';
  return report.bounds
    .filter(({ met }) => !met)
    .map(({ flag, limit, measured }) =>
      flag === '--min-accuracy'
        ? boundNotMet(`${flag} ${limit}`, `${what} is ${measured.toFixed(2)} %`)
        : boundNotMet(`${flag} ${limit}`, `the mean loss is ${measured.toFixed(2)} points`),
    );
}
