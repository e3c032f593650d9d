/**
 * Hidden integers and the digits that a transfer reads from them: the most significant magnitude bits, under the stored
 * sign. Of the Leti chip's ten bits a transfer reads the sign and the upper three: digit = sign(h) * (|h| >> 6).
 */
import type { HiddenPlane } from './target/target.ts';

type Bits = Pick<HiddenPlane, 'bits' | 'transferBits'>;

/** Magnitude bits that a transfer leaves in the FeCAPs. */
function lowBits({ bits, transferBits }: Bits): number {
  return bits - 1 - transferBits;
}

/** Steps of a hidden integer from one level to the next. */
export function stepsPerLevel(hidden: Bits): number {
  return 2 ** lowBits(hidden);
}

/** The hidden integer at the centre of the bin whose most significant bits are `digit`, a signed level code. */
export function hiddenInteger(digit: number, hidden: Bits): number {
  if (digit === 0) return 0;
  const bin = stepsPerLevel(hidden);
  return Math.sign(digit) * (Math.abs(digit) * bin + bin / 2);
}

/** The signed level code that a transfer takes from a hidden integer. */
export function transferredDigit(value: number, hidden: Bits): number {
  const digit = Math.abs(value) >> lowBits(hidden);
  return value < 0 ? 0 - digit : digit;
}
