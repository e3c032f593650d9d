/** Puts what a tuning measured into one report. */

import { layerName } from '../options.ts';
import { percentOf } from '../verify/metrics.ts';
import { snrOf } from '../verify/report.ts';
import { version } from '../version.ts';
import { variantsIn } from './compare.ts';
import { lossOf } from './measure.ts';
import type { LayerReport, TriedReport, TuneReport } from './report.ts';
import type { Assignment, Tried } from './search.ts';
import { sensitivityImages } from './sensitivity.ts';
import type { TuneMeasured, Tuning } from './tune.ts';

/** @param duration seconds */
export function reportTuning(tuning: Tuning, duration: number): TuneReport {
  const { setup, limits, found, blame, remaining, heldOut, options } = tuning;
  const { model, loaded } = setup;
  const { references, images } = setup.tuning;
  const { ideal, idealNoise } = references;
  const numberOf = (tried: Tried<TuneMeasured>) => found.tried.indexOf(tried) + 1;
  return {
    crossloom: version,
    model: { file: model.file, sha256: model.sha256 },
    target: { name: loaded.target.name, overrides: loaded.overrides },
    data: {
      name: images.dataset.name,
      tuning: images.plan.indices.length,
      heldOut: setup.heldOut.images.plan.indices.length,
      calibration: setup.excluded,
    },
    ...limits,
    trials: setup.trials,
    seed: setup.seed,
    float: percentOf(references.float.top1!),
    integers: lossOf([{ tally: ideal, toFloat: idealNoise, toIdeal: idealNoise }], setup.tuning),
    tried: found.tried.map((tried) => triedReport(tuning, tried)),
    ...(tuning.wires.tried.length > 0 && { wires: tuning.wires }),
    ...(blame && { blame }),
    sensitivity: {
      images: Math.min(sensitivityImages, images.plan.indices.length),
      layers: layerReports(tuning, (found.chosen ?? found.best).assignment),
    },
    ...(found.chosen && { chosen: numberOf(found.chosen) }),
    best: numberOf(found.best),
    ...(remaining && { remaining }),
    ...(heldOut && { heldOut }),
    ...(options && { options }),
    work: workOf(tuning),
    duration,
  };
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
  return {
    why,
    layers,
    digital: measured.digital,
    met: measured.met,
    ...(confirmed && { otherChips: { loss: confirmed.report.loss, met: confirmed.met } }),
    ...measured.report,
  };
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

/** What all measurements together took; networks in floating point and in integers apart. */
function workOf({ setup, compared, found, wires, blame, remaining, heldOut }: Tuning): TuneReport['work'] {
  const tuning = setup.tuning.images.plan.indices.length;
  const variants = new Set(compared.flatMap((own) => own.map(({ variant }) => variant.name))).size;
  const alone = compared.reduce((sum, own) => sum + own.length, 0);
  const blames = new Set([blame, remaining].filter((b) => b !== undefined));
  const onChips = [...blames].reduce(
    (sum, { entries }) => sum + entries.filter((entry) => entry.chips !== undefined).length,
    0,
  );
  const confirmed = found.tried.filter((tried) => tried.confirmed).length;
  const onWires = wires.tried.length + (wires.without ? 1 : 0);
  const whole = found.tried.length + onWires + confirmed + onChips;
  const last = heldOut ? 1 : 0;
  return {
    mappings: 1 + variants + whole + last,
    chips: variants + setup.trials * (whole + last),
    images:
      alone * Math.min(sensitivityImages, tuning) +
      setup.trials * (whole * tuning + last * setup.heldOut.images.plan.indices.length),
  };
}
