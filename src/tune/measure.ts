/** A mapping of the whole network -> what it costs, and what it loses on chips that are really programmed. */
import { compile } from '../compile/compile.ts';
import { sha256 } from '../hash.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { CompileOptions } from '../options.ts';
import { programChip } from '../program.ts';
import { lowerChip } from '../simulate/simulate.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { type PairedDifference, pairedDifference } from '../verify/metrics.ts';
import { type Snr, snrOf } from '../verify/report.ts';
import { type ChipRun, runChip } from '../verify/run-images.ts';
import { addSums } from '../verify/tally.ts';
import { type Part, type Setup, withPackageOf } from './setup.ts';

/** Accuracy lost against floating point on the same images, in points, with a 95 % interval. */
export interface Loss {
  readonly points: number;
  readonly low: number;
  readonly high: number;
}

export interface LossReport {
  readonly loss: Loss;
  /** Of the outputs, against floating point. */
  readonly snrToFloat: Snr;
  /** Energy of the output error as a share of that of the floating-point output. */
  readonly noise: number;
}

export interface MappingReport extends LossReport {
  readonly arrays: number;
  readonly chips: number;
  /** Per inference. */
  readonly conversions: number;
}

/** Enough for any mapping that is only looked at; what is chosen stays within the user's own bound. */
export const anyArrays = 1_000_000_000;

export interface MeasureOptions {
  readonly part: Part;
  /** Seed of the first chip. */
  readonly seed: number;
  /** In place of the target that is tuned for. */
  readonly loaded?: LoadedTarget;
}

/** A target of its own, for `loaded`. */
export function withTarget(loaded: LoadedTarget, target: Target): LoadedTarget {
  return { ...loaded, target, fingerprint: sha256(JSON.stringify(target)) };
}

export async function measureMapping(
  setup: Setup,
  options: CompileOptions,
  { part, seed, loaded = setup.loaded }: MeasureOptions,
): Promise<MappingReport> {
  const compiled = await compile(
    setup.model,
    loaded,
    { ...options, arrays: anyArrays },
    {
      kind: 'record',
      record: setup.record,
    },
  );
  const { arrays, chips, conversions } = compiled.summary;
  return withPackageOf(compiled, async (pkg) => {
    const runs: ChipRun[] = [];
    for (let trial = 0; trial < setup.trials; trial++) {
      const chip = await programChip(pkg, { seed: seed + trial, threads: setup.threads });
      const bytes = encodeModel(await lowerChip(pkg, chip, { threads: setup.threads }));
      runs.push(await runChip(part.images, { bytes }, part.references));
    }
    return { ...lossOf(runs, part), arrays, chips, conversions };
  });
}

/** The loss over runs of the same images. */
export function lossOf(runs: readonly ChipRun[], { references }: Part): LossReport {
  const difference = pairedDifference(
    runs.flatMap(({ tally }) => tally.top1 ?? []),
    references.float.top1!,
  );
  const sums = runs.map(({ toFloat }) => toFloat).reduce((a, b) => addSums(a, b));
  return { loss: negated(difference), snrToFloat: snrOf(sums), noise: sums.noise / sums.signal };
}

function negated({ points, low, high }: PairedDifference): Loss {
  return { points: 0 - points, low: 0 - high, high: 0 - low };
}
