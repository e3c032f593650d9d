/** What cells of a layer err by, in steps of its digits: a target's programming law -> variances by digit. */
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import { levelSigma, unusedSigma } from '../../src/schemes/level-sigma.ts';
import { levelConductance, levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';

interface DigitErrors {
  /** Variance of what a pair, or a cell and its reference, hold instead of a digit, in digit steps squared. */
  readonly of: (digit: number) => number;
  /** The same of the cells off the diagonal of a block with several groups. */
  readonly beside: number;
}

/** @param sigmaOf standard deviation of the cells of a level (S). Default: as programming leaves them */
export function digitErrors(
  { encoding, radix, levelStep }: SlicedLayer,
  target: Target,
  sigmaOf = (level: number) => levelSigma(target, level),
): DigitErrors {
  const { cell } = target;
  const digitStep = levelStep * levelStepOf(cell);
  const variance = (digit: number) => (sigmaOf(levelConductance(cell, digit * levelStep)) / digitStep) ** 2;
  const most = (radix - 1) / 2;
  const paired = encoding === 'differential';
  const reference = variance(paired ? 0 : most);
  const digitOf = (i: number) => (paired ? Math.abs(i - most) : i);
  const table = Float64Array.from({ length: radix }, (_, i) => variance(digitOf(i)) + reference);
  const unused = 2 * (unusedSigma(target) / digitStep) ** 2;
  return { of: (digit) => table[digit + most]!, beside: paired ? unused : 2 * reference };
}
