/** A number without what rounding left behind its twelfth digit: `0.1 * 3` as 0.3. */
export const twelveDigits = (value: number): number => Number(value.toPrecision(12));
