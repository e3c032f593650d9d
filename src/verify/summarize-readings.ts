/** What chips made of the images under every condition -> their figures, and how long they last. */
import { checkTime } from '../chip/read-conditions.ts';
import { fitsAnew } from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Target } from '../target/target.ts';
import type { Condition } from './conditions.ts';
import { type PairedDifference, pairedDifference } from './metrics.ts';
import { compensationOf, type VerifyOptions } from './options.ts';
import {
  type MappedReport,
  type ReadingReport,
  type RunScores,
  type Scores,
  type Spread,
  snrOf,
  type VerifyReport,
} from './report.ts';
import type { ChipRun, ReferenceRun } from './run-images.ts';
import { addSums, scoresOf, type Tally } from './tally.ts';
import type { Trial } from './trial.ts';

/** One chip's figures. */
export function runScores({ tally, toFloat, toIdeal }: ChipRun, float: Tally): RunScores {
  return { ...scoresOf(tally, float), snrToFloat: snrOf(toFloat), snrToIdeal: snrOf(toIdeal) };
}

/** One report per condition, over all trials. */
export function readingReports(
  conditions: readonly Condition[],
  trials: readonly Trial[],
  references: ReferenceRun,
  options: VerifyOptions,
): ReadingReport[] {
  return conditions.map((condition, i) => {
    const runs = trials.map((trial) => trial.runs[i]!);
    return defined({
      ...condition,
      compensated: compensationOf(options),
      calibratedAt: common(runs.map(({ calibratedAt }) => calibratedAt)),
      sequential: common(runs.map(({ sequential }) => sequential)),
      ...mappedReport(runs, references),
      trials: runs.map((run) =>
        defined({ ...runScores(run, references.float), calibratedAt: run.calibratedAt }),
      ),
    });
  });
}

/** What all are; undefined where they differ. */
function common<T>([first, ...others]: readonly T[]): T | undefined {
  return others.every((other) => other === first) ? first : undefined;
}

function mappedReport(runs: readonly ChipRun[], references: ReferenceRun): MappedReport {
  const tallies = runs.map(({ tally }) => tally);
  const scores = tallies.map((tally) => scoresOf(tally, references.float));
  const spreadOf = (figure: keyof Scores) => {
    const values = scores.flatMap((score) => score[figure] ?? []);
    return values.length > 0 ? spread(values) : undefined;
  };
  return defined({
    top1: spreadOf('top1'),
    top5: spreadOf('top5'),
    words: spreadOf('words'),
    symbolErrors: spreadOf('symbolErrors'),
    rmse: spreadOf('rmse'),
    r2: spreadOf('r2'),
    agreement: spreadOf('agreement'),
    difference: difference(tallies, references.float),
    snrToFloat: snrOf(runs.map((t) => t.toFloat).reduce((a, b) => addSums(a, b))),
    snrToIdeal: snrOf(runs.map((t) => t.toIdeal).reduce((a, b) => addSums(a, b))),
  });
}

/** What the times say about the target's laws, each thing once. */
export function timeWarnings(target: Target, times: readonly number[]): Diagnostic[] {
  const all = times.flatMap((at) => checkTime(target, at));
  return all.filter((d, i) => all.findIndex(({ at, message }) => at === d.at && message === d.message) === i);
}

/** How long the chips stay within --max-drop, of the times that were measured. */
export function refreshReport(
  options: VerifyOptions,
  readings: readonly ReadingReport[],
): Pick<VerifyReport, 'refresh'> {
  const { maxDrop } = options;
  const wired = readings.some(({ wires }) => wires);
  const measured = readings.filter(({ wires }) => wires === wired).sort((a, b) => a.at - b.at);
  if (maxDrop === undefined || measured.length < 2 || measured.some((r) => !r.difference)) return {};
  const beyond = measured.findIndex(({ difference: change }) => -change!.points > maxDrop);
  const within = (beyond < 0 ? measured : measured.slice(0, beyond)).at(-1);
  const calibratedAt = fitsAnew(compensationOf(options))
    ? undefined
    : common(measured.map((r) => r.calibratedAt));
  return { refresh: defined({ maxDrop, calibratedAt, within: within?.at, beyond: measured[beyond]?.at }) };
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length === 1) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Of top-1, or of right texts; undefined without labels, and for a single image, which has no interval. */
export function difference(tallies: readonly Tally[], float: Tally): PairedDifference | undefined {
  const correct = tallies.flatMap(({ top1 }) => top1 ?? []);
  return float.top1 && float.top1.length > 1 ? pairedDifference(correct, float.top1) : undefined;
}
