/** A mapping of the whole network -> what it costs, and what it loses on chips that are really programmed. */
import { compile } from '../compile/compile.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { CompileOptions } from '../ir/options.ts';
import { encodeModel } from '../onnx/encode.ts';
import { packageOf } from '../package/package-of.ts';
import { programChip } from '../program.ts';
import { lowerChip } from '../simulate/simulate.ts';
import { targetFingerprint } from '../target/load.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { type ChipRun, runChip } from '../verify/run-images.ts';
import { lossOf, type MappingReport } from './loss.ts';
import type { Part, Setup } from './setup.ts';

/** Enough for any mapping that is only looked at; what is chosen stays within the user's own bound. */
const anyArrays = 1_000_000_000;

/** A mapping of the model, however many arrays it takes, out of the record that all share. */
export function compileFor({ model, loaded, record }: Setup, options: CompileOptions): Promise<Compiled> {
  return compile(model, loaded, { ...options, arrays: anyArrays }, { kind: 'record', record });
}

interface MeasureOptions {
  readonly part: Part;
  /** Seed of the first chip. */
  readonly seed: number;
  /** In place of the target that is tuned for. */
  readonly loaded?: LoadedTarget;
}

/** A target of its own, for `loaded`. */
export function withTarget(loaded: LoadedTarget, target: Target): LoadedTarget {
  return { ...loaded, target, fingerprint: targetFingerprint(target) };
}

/** What a mapping costs, and what it loses on `trials` chips. */
export async function measureMapping(
  setup: Setup,
  options: CompileOptions,
  { part, seed, loaded = setup.loaded }: MeasureOptions,
): Promise<MappingReport> {
  const asked = [options, loaded.fingerprint, seed, part === setup.heldOut];
  const key = JSON.stringify(asked);
  const known = setup.measured.get(key);
  if (known) return known;
  const compiled = await compileFor({ ...setup, loaded }, options);
  const { arrays, chips, conversions } = compiled.summary;
  const pkg = await packageOf(compiled);
  const runs: ChipRun[] = [];
  for (let trial = 0; trial < setup.trials; trial++) {
    const chip = await programChip(pkg, { seed: seed + trial, threads: setup.threads });
    const bytes = encodeModel(await lowerChip(pkg, chip, { threads: setup.threads }));
    runs.push(await runChip(part.images, { bytes }, part.references));
  }
  const report = { ...lossOf(runs, part.references), arrays, chips, conversions };
  setup.measured.set(key, report);
  return report;
}
