/** Classes of layers with the forms that they can take -> the mappings that were measured on programmed chips, and the one to take. */
import type { CompileOptions } from '../ir/options.ts';
import { sumOf } from '../math/sum.ts';
import { openEstimates } from './estimates.ts';
import type { ClassForms, Form } from './forms.ts';
import type { MappingReport } from './loss.ts';
import { type Measurement, measureMapping } from './measure.ts';
import { type Limits, manyArrays } from './options.ts';
import { type Choices, pathOf } from './path.ts';
import { responseOf } from './response.ts';
import { type Measured, type SearchResult, search, type Why } from './search.ts';
import type { Setup } from './setup.ts';

/** What is known of a mapping that was tried. */
export interface TuneMeasured extends Measured {
  readonly report: MappingReport;
  readonly runs: Measurement['runs'];
}

/** A mapping as estimates tell it. */
export interface Expected {
  readonly choices: Choices;
  readonly arrays: number;
  readonly conversions: number;
  /** Share of the multiplications that are digital: layers, and what corrections add. */
  readonly digital: number;
  /** Energy of the outputs' error as a share of theirs, and points lost. */
  readonly noise: number;
  readonly loss: number;
}

export interface Searched extends SearchResult<TuneMeasured> {
  /** What is expected of a mapping, by all that was measured. */
  readonly expect: (choices: Choices) => Expected;
  /** From the cheapest to the most exact. */
  readonly path: readonly Expected[];
  /** How much more error whole mappings had than estimates had told (dB), by the measured mapping nearest to the chosen or best one. */
  readonly offset: number;
}

/** @param asGiven the measurement of the mapping as given */
export async function searchMappings(
  setup: Setup,
  classes: readonly ClassForms[],
  optionsOf: (choices: Choices) => CompileOptions,
  {
    maxDrop,
    maxDigital,
    mostDigital,
  }: Limits & { /** Share of the multiplications that layers may take. */ readonly mostDigital: number },
  asGiven: MappingReport,
): Promise<Searched> {
  const formsIn = (choices: Choices) => choices.map((form, own) => classes[own]!.forms[form]!);
  const given = classes.map(() => 0);
  const prices = pricesOf(formsIn(given), asGiven, maxDigital / 100);
  const candidates = classes.map(({ forms }) =>
    forms.map((form) => ({
      noise: form.energy,
      cost: prices.costOf(form, forms[0]!),
      digital: form.digital,
    })),
  );
  const path = pathOf(candidates, mostDigital);
  const response = responseOf(setup.real, setup.tuning);
  const estimates = openEstimates(response);
  const energyOf = (choices: Choices) => sumOf(formsIn(choices).map(({ energy }) => energy));
  const measureWith = (seed: number) => async (choices: Choices, why?: Why) => {
    const { report, runs } = await measureMapping(setup, optionsOf(choices), {
      what: why ? `mapping: ${why}` : 'the same on other chips',
      part: setup.tuning,
      seed,
      // What is measured first is looked at closely if it fails.
      ...(why !== 'as given' && { bound: maxDrop }),
    });
    estimates.learn(energyOf(choices), report.noise);
    const fits = report.arrays <= setup.options.arrays;
    return {
      report,
      runs,
      drop: report.loss.points,
      noise: report.noise,
      fits,
      met: fits && report.loss.points <= maxDrop,
      cost: prices.costOfAll({ ...report, digital: digitalOf(formsIn(choices)) }),
    };
  };
  const expected = (choices: Choices): Expected => {
    const forms = formsIn(choices);
    const off = digitalOf(forms);
    return {
      choices,
      arrays: prices.arraysOf(sumOf(forms.map(({ arrays }) => arrays))),
      conversions: sumOf(forms.map(({ conversions }) => conversions)),
      digital: off + (1 - off) * asGiven.corrections,
      ...estimates.of(energyOf(choices)),
    };
  };
  setup.tellPlan(path.length);
  const found = await search(given, path, bounds(setup, maxDrop), {
    costOf: (choices) => sumOf(choices.map((form, own) => candidates[own]![form]!.cost)),
    expect: (choices) => estimates.of(energyOf(choices)).loss,
    measure: measureWith(setup.seed),
    confirm: measureWith(setup.seed + setup.trials),
    // Of many arrays errors even out, and how much the outputs err tells more than the images that change class.
    isClear: ({ report }) =>
      report.arrays > manyArrays &&
      response.lossAt(response.energyOf(report.noise)) <= maxDrop - bounds(setup, maxDrop).blur,
    allows: (what, choices) =>
      setup.clock.allows(what === 'measure' ? 'mapping' : 'chip', expected(choices).arrays),
  });
  return {
    ...found,
    expect: expected,
    path: path.map(expected),
    offset: estimates.offsetAt(energyOf((found.chosen ?? found.best).choices)),
  };
}

const digitalOf = (forms: readonly Form[]) => sumOf(forms.map(({ digital }) => digital));

/** Of what loses as much as one image more or less, estimates cannot tell which loses more. */
const bounds = ({ tuning }: Setup, maxDrop: number) => ({
  most: maxDrop,
  blur: 100 / tuning.images.plan.indices.length,
});

/**
 * What mappings cost: arrays and conversions as shares of what the mapping as given takes, and digital multiplications as a share of
 * those that are allowed. What a digital layer frees is not credited: crossbars come first.
 */
function pricesOf(given: readonly Form[], { arrays, conversions }: MappingReport, mostDigital: number) {
  const cells = sumOf(given.map((form) => form.arrays));
  const converted = sumOf(given.map((form) => form.conversions));
  const digitalPrice = (digital: number) => (digital === 0 ? 0 : digital / mostDigital);
  return {
    /** @param asGiven the same class as given */
    costOf(form: Form, asGiven: Form): number {
      const cellsOf = form.digital > 0 ? asGiven : form;
      return cellsOf.arrays / cells + cellsOf.conversions / converted + digitalPrice(form.digital);
    },
    costOfAll: (all: Pick<Form, 'arrays' | 'conversions' | 'digital'>): number =>
      all.arrays / arrays + all.conversions / conversions + digitalPrice(all.digital),
    /** Cells in whole arrays -> arrays, as full as those of the mapping as given. */
    arraysOf: (used: number): number => Math.ceil((used * arrays) / cells),
  };
}
