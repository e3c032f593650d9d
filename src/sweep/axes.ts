/** Axes of a study -> the values that they take, and all combinations of several. */
import { z } from 'zod';
import { twelveDigits } from '../math/twelve-digits.ts';

const value = z.union([z.number(), z.string().min(1), z.boolean()]);
export type AxisValue = z.infer<typeof value>;

/** Values of an axis at most. */
const mostValues = 10_000;

const end = z.union([z.number(), z.string().min(1)]);
const range = z.strictObject({
  from: end.describe('first value: a number, or a text with a unit such as `0.1 ohm`'),
  to: end.describe('last value, in the same unit'),
  steps: z.int().min(2).max(mostValues).describe('values, both ends among them'),
  log: z.boolean().default(false).describe('equal ratios between neighbours instead of equal differences'),
});

/** One value, several, or a range of them. */
export const axisSchema = z
  .union([value, z.array(value).min(1).max(mostValues), range], {
    error: 'expected a value, a list of values, or a range {from, to, steps}',
  })
  .superRefine((axis, context) => {
    const made = valuesOf(axis);
    if (typeof made === 'string') context.addIssue({ code: 'custom', message: made });
    else if (new Set(made).size < made.length)
      context.addIssue({ code: 'custom', message: 'there is the same value twice' });
  });

export type Axis = z.output<typeof axisSchema>;

/** @throws Error for an axis that the schema does not pass */
export function axisValues(axis: Axis): readonly AxisValue[] {
  const values = valuesOf(axis);
  if (typeof values === 'string') throw new Error(values);
  return values;
}

/** The values, or what is wrong with the ends of a range. */
function valuesOf(axis: Axis): readonly AxisValue[] | string {
  if (Array.isArray(axis)) return axis;
  if (typeof axis !== 'object') return [axis];
  const [from, to] = [partsOf(axis.from), partsOf(axis.to)];
  if (!from || !to) return 'both ends of a range are numbers, with or without a unit';
  if (from.unit !== to.unit)
    return `the ends of a range are in one unit, and not in '${from.unit}' and '${to.unit}'`;
  if (axis.log && !(from.number > 0 && to.number > 0)) return 'equal ratios need two ends above 0';
  const { steps, log } = axis;
  return Array.from({ length: steps }, (_, i) => {
    const share = i / (steps - 1);
    const number = log
      ? from.number * (to.number / from.number) ** share
      : from.number + (to.number - from.number) * share;
    const rounded = twelveDigits(number);
    return from.unit === '' ? rounded : `${rounded} ${from.unit}`;
  });
}

/** `0.1 ohm` as its number and its unit. */
function partsOf(text: number | string): { readonly number: number; readonly unit: string } | undefined {
  const [, digits, unit] =
    /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*?)\s*$/i.exec(String(text)) ?? [];
  return digits === undefined ? undefined : { number: Number(digits), unit: unit! };
}

/** All combinations of a value of each axis, the last axis changing fastest; one without values where there is no axis. */
export function combinations(
  axes: Readonly<Record<string, readonly AxisValue[]>>,
): readonly Readonly<Record<string, AxisValue>>[] {
  return Object.entries(axes).reduce<readonly Readonly<Record<string, AxisValue>>[]>(
    (made, [name, values]) => made.flatMap((one) => values.map((own) => ({ ...one, [name]: own }))),
    [{}],
  );
}
