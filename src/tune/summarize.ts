/** Puts what a tuning measured into one report. */

import { defined } from '../defined.ts';
import { version } from '../files/version.ts';
import { layerName } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { percentOf } from '../verify/metrics.ts';
import { snrOf } from '../verify/report.ts';
import { type Compared, variantsIn } from './compare.ts';
import { lossOf, type MappingReport } from './loss.ts';
import type { Limits } from './options.ts';
import type { LayerReport, TriedReport, TuneReport } from './report.ts';
import type { Assignment, SearchResult, Tried } from './search.ts';
import type { TuneMeasured } from './search-mappings.ts';
import { sensitivityImages, type Unit } from './sensitivity.ts';
import type { Setup } from './setup.ts';
import { verdictOn } from './verdict.ts';
import type { TriedRemedies } from './wire-remedies.ts';

/** All that a tuning measured. */
interface Tuning {
  readonly setup: Setup;
  readonly limits: Limits;
  readonly units: readonly Unit[];
  readonly compared: readonly (readonly Compared[])[];
  readonly found: SearchResult<TuneMeasured>;
  /** What was tried against the resistance of wires before anything else. */
  readonly remedies: TriedRemedies;
  readonly blame: TuneReport['blame'];
  /** Of the chosen mapping, or else the best. */
  readonly heldOut: MappingReport;
  readonly options: CompileOptions;
  readonly stopped: boolean;
}

/** @param duration seconds */
export function reportTuning(tuning: Tuning, duration: number): TuneReport {
  const { setup, limits, found, remedies, blame, heldOut, options, stopped } = tuning;
  const { model, loaded } = setup;
  const { references, images } = setup.tuning;
  const { ideal, idealNoise } = references;
  const numberOf = (tried: Tried<TuneMeasured>) => found.tried.indexOf(tried) + 1;
  const held = setup.heldOut.images.plan.indices.length;
  return defined({
    crossloom: version,
    model: { file: model.file, sha256: model.sha256 },
    target: { name: loaded.target.name, overrides: loaded.overrides },
    data: {
      name: images.dataset.name,
      tuning: images.plan.indices.length,
      heldOut: held,
      calibration: setup.excluded,
    },
    ...limits,
    trials: setup.trials,
    seed: setup.seed,
    at: setup.at,
    compensated: setup.compensate,
    float: percentOf(references.float.top1!),
    integers: lossOf([{ tally: ideal, toFloat: idealNoise }], references),
    tried: found.tried.map((tried) => triedReport(tuning, tried)),
    wires: remedies.tried.length > 0 ? remedies : undefined,
    blame,
    sensitivity: {
      images: Math.min(sensitivityImages, images.plan.indices.length),
      layers: layerReports(tuning, (found.chosen ?? found.best).assignment),
    },
    chosen: found.chosen && numberOf(found.chosen),
    best: numberOf(found.best),
    heldOut,
    verdict: verdictOn(heldOut.loss, held, limits.maxDrop),
    options,
    stopped,
    work: workOf(setup),
    duration,
  });
}

function triedReport(
  { compared }: Tuning,
  { why, assignment, measured, confirmed }: Tried<TuneMeasured>,
): TriedReport {
  const layers: Record<string, number> = {};
  for (const variant of variantsIn(compared, assignment)) {
    const name = variant === 'digital' ? variant : variant.name;
    layers[name] = (layers[name] ?? 0) + 1;
  }
  return defined({
    why,
    layers,
    digital: measured.digital,
    met: measured.met,
    otherChips: confirmed && { loss: confirmed.report.loss, met: confirmed.met },
    ...measured.report,
  });
}

function layerReports({ units, compared }: Tuning, taken: Assignment): LayerReport[] {
  const total = units.reduce((sum, { multiplications }) => sum + multiplications, 0);
  const variants = variantsIn(compared, taken);
  return units.map(({ origins, multiplications }, unit) => {
    const variant = variants[unit]!;
    return {
      names: origins.map(layerName),
      multiplications: multiplications / total,
      variants: compared[unit]!.map(({ variant: { name }, error }) => ({
        variant: name,
        snr: snrOf(error),
        changed: error.changed,
        arrays: error.arrays,
        conversions: error.conversions,
      })),
      taken: variant === 'digital' ? variant : variant.name,
    };
  });
}

/** What all measurements together came to; networks in floating point and in integers apart. */
function workOf({ work: { mappings, runs } }: Setup): TuneReport['work'] {
  const images = [...runs.values()].reduce((sum, count) => sum + count, 0);
  return { mappings: mappings.size, chips: runs.size, images };
}
