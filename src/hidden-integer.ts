/**
 * Hidden integers and the digits that a transfer reads from them: the most significant magnitude bits, under the stored
 * sign. Of the Leti chip's ten bits a transfer reads the sign and the upper three: digit = sign(h) * (|h| >> 6).
 */
import type { HiddenPlane } from './target/target.ts';

type Bits = Pick<HiddenPlane, 'bits' | 'transferBits'>;

/** Steps of a hidden integer from one level to the next: a transfer leaves the other magnitude bits in the FeCAPs. */
export function stepsPerLevel({ bits, transferBits }: Bits): number {
  return 2 ** (bits - 1 - transferBits);
}

/** The hidden integer at the centre of the bin whose most significant bits are `digit`, a signed level code. */
export function hiddenInteger(digit: number, hidden: Bits): number {
  if (digit === 0) return 0;
  const bin = stepsPerLevel(hidden);
  return Math.sign(digit) * (Math.abs(digit) * bin + bin / 2);
}

/** The magnitude bits that a transfer reads from a hidden integer. */
export function transferredMagnitude(value: number, bits: number, transferBits: number): number {
  return Math.abs(value) >> (bits - 1 - transferBits);
}

/** The signed level code that a transfer takes from a hidden integer. */
export function transferredDigit(value: number, { bits, transferBits }: Bits): number {
  const magnitude = transferredMagnitude(value, bits, transferBits);
  return value < 0 ? 0 - magnitude : magnitude;
}
