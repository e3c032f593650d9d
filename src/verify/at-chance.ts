/**
 * The question before a verification that would say nothing: does floating point do better than guessing? Up to a hundred
 * images, as few as it takes, are run; where they look like guesses, other presets and offsets of the labels are tried on them.
 */
import type { Dataset } from '../data/dataset.ts';
import { floatAtChance } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { Session } from '../runtime/session.ts';
import { type Choices, chanceOf, countRight, judgeChoices } from './chance.ts';
import { chooseClasses } from './choose-classes.ts';
import type { ModelFile } from './options.ts';
import { describeFit, describeUsed, findFit } from './other-preprocessing.ts';
import type { Plan } from './plan.ts';

const mostImages = 100;

/**
 * @param float the original model
 * @throws DiagnosticError data/at-chance
 */
export async function checkAboveChance(
  model: ModelFile,
  dataset: Dataset,
  plan: Plan,
  float: Session,
  onImages: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  const { targets, classes } = plan;
  if (!targets || classes === undefined) return;
  const order = scattered(evenlySpread(plan.indices.length, mostImages));
  const indices = order.map((i) => plan.indices[i]!);
  const right = order.map((i) => targets[i]!);
  const chosen: number[] = [];
  const soFar = (): Choices => ({ labels: right.slice(0, chosen.length), chosen, classes });
  for await (const some of chooseClasses(float, plan, classes, dataset, indices)) {
    // That outputs are no numbers is told by whoever scores them.
    if (some.includes(-1)) return;
    chosen.push(...some);
    if (judgeChoices(soFar()) === 'above chance') return;
  }
  const choices = soFar();
  if (judgeChoices(choices) !== 'at chance') return;
  const { labelOffset } = dataset.preprocessing;
  const labels = right.map((target) => target - labelOffset);
  const fit = await findFit(model, dataset, plan, float, { indices, labels, chosen, classes }, onImages);
  const measured = { right: countRight(choices), images: indices.length, chance: chanceOf(choices), classes };
  raise([
    floatAtChance(dataset.path, measured, describeUsed(dataset.preprocessing), fit && describeFit(fit)),
  ]);
}

const golden = (Math.sqrt(5) - 1) / 2;

/** In an order whose beginnings are spread over all of them: data may be sorted by class. */
function scattered(numbers: readonly number[]): readonly number[] {
  const keyOf = (i: number) => (i * golden) % 1;
  return numbers
    .map((number, i) => ({ number, key: keyOf(i) }))
    .sort((a, b) => a.key - b.key)
    .map(({ number }) => number);
}
