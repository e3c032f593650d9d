/** Labels and the classes that a model chose -> whether it does better than guessing, as far as so many images tell. */
import { binomialTail } from '../math/binomial.ts';

export type Verdict = 'above chance' | 'at chance' | 'too few images to tell';

/** Guessing is right in as many images with this probability at most: then the model does better. */
const significance = 1e-3;
/** A model halfway between guessing and perfection is taken for a guess with this probability at most. */
const mostMissed = 0.02;

/** Of the same images, in the same order. */
export interface Choices {
  /** Right class of each image. */
  readonly labels: readonly number[];
  /** Class that the model chose; may be longer than there are labels. */
  readonly chosen: readonly number[];
  /** That the model tells apart. */
  readonly classes: number;
}

export function countRight({ labels, chosen }: Choices): number {
  return labels.filter((label, i) => label === chosen[i]).length;
}

/**
 * Probability of being right by chance: how often labels and choices agree that have nothing to do with each other, from how
 * often each class is labelled and chosen (Cohen, Educational and Psychological Measurement 20, 37 (1960)), and at least
 * that of drawing one of the classes. It counts a model that gives all images the most frequent class as a guess. Where all
 * labels are alike, every choice would agree as if by chance: there drawing is all there is to compare with.
 */
export function chanceOf({ labels, chosen, classes }: Choices): number {
  const drawing = 1 / classes;
  const ofLabels = countsOf(labels);
  if (ofLabels.size === 1) return drawing;
  const ofChosen = countsOf(chosen);
  let agreeing = 0;
  for (const [label, count] of ofLabels) agreeing += count * (ofChosen.get(label) ?? 0);
  return Math.max(drawing, agreeing / labels.length ** 2);
}

function countsOf(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

export function judgeChoices(choices: Choices): Verdict {
  const images = choices.labels.length;
  const chance = chanceOf(choices);
  const counts = Array.from({ length: images + 1 }, (_, count) => count);
  const needed = counts.find((count) => binomialTail(images, count, chance) <= significance);
  if (needed === undefined) return 'too few images to tell';
  if (countRight(choices) >= needed) return 'above chance';
  const missed = 1 - binomialTail(images, needed, (1 + chance) / 2);
  return missed <= mostMissed ? 'at chance' : 'too few images to tell';
}
