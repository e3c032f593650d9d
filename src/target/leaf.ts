/**
 * The leaves of a target file, `{ value, from, source }`: each schema reads one as its value alone, in SI units, and
 * carries its unit and description.
 */
import { z } from 'zod';
import { parseQuantity, type Unit } from '../text/units.ts';

/** Matches what parseQuantity reads; for editors that check against the published JSON Schema. */
const quantityPattern = (unit: Unit): string =>
  `^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*[fpnumkMG]?${unit}\\s*$`;

const from = z
  .enum(['paper', 'source', 'derived', 'assumed'])
  .describe(
    'paper: the publication itself; source: another text, named; derived: arithmetic; assumed: none of these',
  );
const source = z.string().min(1).describe('Figure, table, text or reasoning behind the value');

/**
 * A leaf: the value with its origin. Reads as the value alone. The type is said and not inferred: the compiler would spell out
 * all that zod made of it, in declarations that it does not accept itself.
 */
export function leaf<V extends z.ZodType>(value: V, unit: Unit, description: string): z.ZodType<z.output<V>> {
  return z
    .strictObject({ value, from, source })
    .meta({ description, unit })
    .transform((read): z.output<V> => (read as { value: z.output<V> }).value);
}

/** No device has numbers beyond these in SI units, and arithmetic with them would overflow, or vanish. */
const largest = 1e30;
const smallest = 1e-30;
const inReach = (value: number) => value === 0 || Math.abs(value) >= smallest;
/** Any number of a target. */
const within = z
  .number()
  .min(-largest)
  .max(largest)
  .refine(inReach, `this must be 0 or at least ${smallest} in size`);

/** A quantity of at least `min`, written with its unit. */
export function quantity(unit: Unit, description: string, range: z.ZodNumber = z.number().min(0)) {
  const value = z
    .string()
    .meta({ pattern: quantityPattern(unit), examples: [unit === 'S' ? '50 uS' : `1 ${unit}`] })
    .transform((text, context) => {
      const parsed = parseQuantity(text, unit);
      if (parsed !== undefined) return parsed;
      context.issues.push({ code: 'custom', input: text, params: { unit } });
      return z.NEVER;
    })
    .pipe(range.max(largest).refine(inReach, `this must be 0 or at least ${smallest} ${unit}`));
  return leaf(value, unit, description);
}

/** What a schema reads, and nothing changes. */
export type Read<S extends z.ZodType> = Fixed<z.output<S>>;
type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

export const above0 = z.number().gt(0);

/** A polynomial in uS as coefficients in SI units: sigma / uS = sum c_k (G / uS)^k. */
export const polynomialInMicro = z
  .array(within)
  .min(1)
  .max(8)
  .transform((micro) => micro.map((c, k) => Number(`${c}e${6 * k - 6}`)));

export const real = (description: string) => leaf(within, '', description);
export const integer = (min: number, max: number, description: string) =>
  leaf(z.int().min(min).max(max), '', description);
export const share = (description: string) => leaf(within.min(0).max(1), '', description);
export const spread = (description: string) => leaf(within.min(0), '', description);
export const choice = <const C extends readonly [string, ...string[]]>(
  options: C,
  description: string,
): z.ZodType<C[number]> => leaf(z.enum(options), '', description);

export interface TargetField {
  /** Path such as `adc.bits`. */
  readonly field: string;
  readonly unit: Unit;
  readonly description: string;
  /** The section or field that a target may leave out, and this with it. */
  readonly within?: string;
}

/** Every leaf below a schema, in file order, those of optional parts included. */
export function fieldsOf(schema: z.core.$ZodType, path: string): readonly TargetField[] {
  if (schema instanceof z.ZodOptional)
    return fieldsOf(schema.unwrap(), path).map((field) => ({ ...field, within: field.within ?? path }));
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodObject) {
    const { unit, description = '' } = schema.in.meta() ?? {};
    return unit === undefined
      ? fieldsOf(schema.in, path)
      : [{ field: path, unit: unit as Unit, description }];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) =>
    fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}
