/** Values as target files write them. */
import { twelveDigits } from '../../math/twelve-digits.ts';
import { formatQuantity, type Unit } from '../../text/units.ts';

/** An SI value with its unit, to twelve digits. */
export const quantityOf = (value: number, unit: Unit): string => formatQuantity(value, unit, 12);

/** S -> uS */
export const micro = (siemens: number): number => twelveDigits(siemens * 1e6);

/** Bits of a driver that takes a whole code of so many bits, 0 for no limit: a target has 8 at most. */
export const ofBits = (bits: number): number => (bits === 0 ? 8 : Math.min(bits, 8));

/**
 * The fewest balanced digits that hold the 255 values of a weight.
 * @param levels of a cell
 * @param offset one cell beside a reference, which has an odd number of digits; otherwise a pair
 */
export function slicesFor(levels: number, offset: boolean): number {
  const digits = offset ? levels - 1 + (levels % 2) : 2 * levels - 1;
  return Math.min(16, Math.ceil(Math.log(255) / Math.log(Math.max(digits, 2)) - 1e-9));
}
