/** Images on which a model only guesses -> the preset and the offset of labels with which it does not, if there are any. */
import type { Dataset } from '../data/dataset.ts';
import { type Preprocessing, preparesAlike, resolvePreprocessing } from '../data/preprocessing.ts';
import { type PresetName, presetNames } from '../data/presets.ts';
import { defined } from '../defined.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Session } from '../runtime/session.ts';
import { type Choices, countRight, judgeChoices } from './chance.ts';
import { chooseClasses } from './choose-classes.ts';
import type { ModelFile } from './options.ts';
import type { Plan } from './plan.ts';

/** Images of a data set: their labels as stored, and what the model chose with the preprocessing that was used. */
export interface Tried extends Choices {
  readonly indices: readonly number[];
}

export interface Fit {
  readonly preprocessing: Preprocessing;
  /** Of `preprocessing`, another preset than was used; undefined where only the offset of labels is another one. */
  readonly preset: PresetName | undefined;
  readonly labelOffset: number;
  readonly right: number;
  readonly images: number;
}

/** Some models number their classes from 1, or leave out the first. */
const offsets = [0, 1, -1];

/** The way of which most images are right, where it does better than guessing; else undefined. */
export async function findFit(
  model: ModelFile,
  dataset: Dataset,
  plan: Plan,
  float: Session,
  tried: Tried,
  onImages: (done: number, total: number) => void,
): Promise<Fit | undefined> {
  const used = dataset.preprocessing;
  const others = otherPreprocessing(used, model);
  const total = others.length * tried.indices.length;
  const fits = fitsOf(used, undefined, tried, tried.chosen);
  for (const [number, preprocessing] of others.entries()) {
    const prepared = dataset.preparedAs?.(preprocessing);
    const chosen = prepared && (await chosenWith(prepared, float, plan, tried));
    if (chosen) fits.push(...fitsOf(preprocessing, preprocessing.preset, tried, chosen));
    onImages((number + 1) * tried.indices.length, total);
  }
  return fits.reduce<Fit | undefined>(
    (best, fit) => (best && best.right >= fit.right ? best : fit),
    undefined,
  );
}

/** Presets for this model, each way of preparing once and the one that was used not again. */
function otherPreprocessing(used: Preprocessing, { graph }: ModelFile): readonly Preprocessing[] {
  const { layout, stored } = used;
  const ways = [used];
  for (const preset of presetNames) {
    const way = resolvePreprocessing({ ...defined({ layout, stored }), preset }, `preset ${preset}`, graph);
    if (!ways.some((known) => preparesAlike(known, way))) ways.push(way);
  }
  return ways.slice(1);
}

/** The classes that are chosen; undefined where samples cannot be prepared so, or give outputs that are no numbers. */
async function chosenWith(
  prepared: Dataset,
  float: Session,
  plan: Plan,
  { indices, classes }: Tried,
): Promise<readonly number[] | undefined> {
  const chosen: number[] = [];
  try {
    for await (const some of chooseClasses(float, plan, classes, prepared, indices)) chosen.push(...some);
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
  return chosen.includes(-1) ? undefined : chosen;
}

/** What does better than guessing, by offset of the labels; the preprocessing's own first. */
function fitsOf(
  preprocessing: Preprocessing,
  preset: PresetName | undefined,
  { labels, classes }: Tried,
  chosen: readonly number[],
): Fit[] {
  const own = new Set([preprocessing.labelOffset, ...offsets]);
  return [...own].flatMap((labelOffset) => {
    const choices = { labels: labels.map((label) => label + labelOffset), chosen, classes };
    if (judgeChoices(choices) !== 'above chance') return [];
    const right = countRight(choices);
    return [{ preprocessing, preset, labelOffset, right, images: labels.length }];
  });
}

/** What to do for it, and what it gives. */
export function describeFit({ preprocessing, preset, labelOffset, right, images }: Fit): readonly string[] {
  const isOwn = preset !== undefined && preprocessing.labelOffset === labelOffset;
  const own = `--preset ${preset}${labelOffset === 0 ? '' : `, where label 0 is class ${labelOffset},`}`;
  const { preset: from } = preprocessing;
  const fields = [...(from === undefined ? [] : [`preset: ${from}`]), `labelOffset: ${labelOffset}`];
  const written = fields.map((field) => `\`${field}\``).join(' and ');
  return [
    `With ${isOwn ? own : `${written} in a file for --preprocess`} it is right in ${right} of ${images}.`,
    ...(preset === undefined ? [] : ['A package that was calibrated without it has to be compiled again.']),
  ];
}

/** What a preprocessing does, in a few words. */
export function describeUsed({ labelOffset, preset, classes, ...steps }: Preprocessing): string {
  const plain = Object.entries(resolvePreprocessing({}, 'none'));
  const defaults = new Map(plain.map(([field, value]) => [field, JSON.stringify(value)]));
  const changed = Object.entries(steps).filter(
    ([field, value]) => JSON.stringify(value) !== defaults.get(field),
  );
  const fields = changed.map(([field, value]) => `${field} ${value}`).join(', ');
  const how = preset ? `--preset ${preset}` : fields || 'none, the samples as they are stored';
  return `${how}; label 0 is class ${labelOffset}`;
}
