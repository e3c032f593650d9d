/** Puts what a tuning measured into one report. */

import { defined } from '../defined.ts';
import { version } from '../files/version.ts';
import { layerName } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { sumOf } from '../math/sum.ts';
import { percentOf } from '../verify/metrics.ts';
import { snrOf } from '../verify/report.ts';
import type { ClassForms, Form } from './forms.ts';
import { lossOf, type MappingReport } from './loss.ts';
import type { Limits } from './options.ts';
import type { Choices } from './path.ts';
import type { ClassReport, FrontReport, LayerReport, TriedReport, TuneReport } from './report.ts';
import type { Tried } from './search.ts';
import type { Expected, Searched, TuneMeasured } from './search-mappings.ts';
import type { Unit } from './sensitivity.ts';
import type { OutputError } from './sensitivity-job.ts';
import type { Setup } from './setup.ts';
import { verdictOn } from './verdict.ts';
import type { TriedRemedies } from './wire-remedies.ts';

/** All that a tuning measured. */
interface Tuning {
  readonly setup: Setup;
  readonly limits: Limits;
  readonly units: readonly Unit[];
  /** By unit, of each alone. */
  readonly errors: readonly OutputError[];
  readonly classes: readonly ClassForms[];
  readonly found: Searched;
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
    device: setup.device?.report(),
    tried: found.tried.map((tried) => triedReport(tuning, tried)),
    wires: remedies.tried.length > 0 ? remedies : undefined,
    blame,
    sensitivity: { images: tuning.errors[0]?.images ?? 0, layers: layerReports(tuning) },
    classes: classReports(tuning, (found.chosen ?? found.best).choices),
    front: frontReports(tuning),
    offset: found.offset,
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
  { classes, found }: Tuning,
  { why, choices, measured, confirmed }: Tried<TuneMeasured>,
): TriedReport {
  return defined({
    why,
    forms: formsTaken(classes, choices),
    digital: found.expect(choices).digital,
    met: measured.met,
    otherChips: confirmed && { loss: confirmed.report.loss, met: confirmed.met },
    ...measured.report,
  });
}

function formsTaken(classes: readonly ClassForms[], choices: Choices): TriedReport['forms'] {
  return Object.fromEntries(classes.map(({ class: name, forms }, own) => [name, forms[choices[own]!]!.name]));
}

function layerReports({ units, errors }: Tuning): LayerReport[] {
  const total = sumOf(units.map(({ multiplications }) => multiplications));
  return units.map(({ origins, class: name, multiplications }, unit) => ({
    names: origins.map(layerName),
    class: name,
    multiplications: multiplications / total,
    snr: snrOf(errors[unit]!),
    changed: errors[unit]!.changed,
  }));
}

function classReports({ units, errors, classes }: Tuning, choices: Choices): ClassReport[] {
  const total = sumOf(units.map(({ multiplications }) => multiplications));
  const energy = sumOf(classes.map(({ forms }) => forms[0]!.energy));
  const { signal, images } = errors[0] ?? { signal: 0, images: 1 };
  const formReport = ({ name, energy: noise, arrays, conversions, digital }: Form) => ({
    name,
    snr: snrOf({ signal: signal / images, noise }),
    ...{ arrays, conversions, digital },
  });
  return classes.map(({ class: name, units: own, forms }, number) => ({
    class: name,
    layers: own.length,
    multiplications: sumOf(own.map((unit) => units[unit]!.multiplications)) / total,
    error: energy > 0 ? forms[0]!.energy / energy : 0,
    forms: forms.map(formReport),
    taken: forms[choices[number]!]!.name,
  }));
}

/** From the fewest arrays on: what was measured, and of the rest what nothing is better than in all respects. */
function frontReports({ classes, found }: Tuning): FrontReport[] {
  const numberOf = ({ choices }: Expected) =>
    found.tried.findIndex((tried) => tried.choices.join() === choices.join()) + 1;
  const all = [...found.path, ...found.tried.map(({ choices }) => found.expect(choices))].filter(
    (one, i, every) => every.findIndex((other) => other.choices.join() === one.choices.join()) === i,
  );
  const kept = all.filter((one) => numberOf(one) > 0 || !all.some((other) => isBetter(other, one)));
  return kept
    .toSorted((a, b) => a.arrays - b.arrays || a.digital - b.digital || b.noise - a.noise)
    .map((one) => {
      const { choices, arrays, conversions, digital, noise, loss } = one;
      const number = numberOf(one);
      return defined({
        forms: formsTaken(classes, choices),
        ...{ arrays, conversions, digital },
        expected: { snr: snrOf({ signal: 1, noise }), loss },
        mapping: number > 0 ? number : undefined,
      });
    });
}

/** Whether a mapping takes no more of anything and errs less. */
function isBetter(one: Expected, than: Expected): boolean {
  const costs = ['arrays', 'conversions', 'digital'] as const;
  return one.noise < than.noise && costs.every((cost) => one[cost] <= than[cost]);
}

/** What all measurements together came to; networks in floating point and in integers apart. */
function workOf({ work: { mappings, runs } }: Setup): TuneReport['work'] {
  const images = [...runs.values()].reduce((sum, count) => sum + count, 0);
  return { mappings: mappings.size, chips: runs.size, images };
}
