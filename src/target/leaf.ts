/**
 * The leaves of a target file: a value alone, or `{ value, from, source }`. Each schema reads one as its value, in SI units,
 * and carries its unit and description.
 */
import { z } from 'zod';
import { parsePercent, parseQuantity, percentPattern, quantityPattern, type Unit } from '../text/units.ts';

const origins = ['paper', 'source', 'measured', 'derived', 'assumed'] as const;
/** Where a value comes from. */
export type From = (typeof origins)[number];

/** Of a value whose origin is not said. */
export const unsaid = { from: 'assumed', source: 'not said' } as const;

export const from = z
  .enum(origins)
  .describe(
    'paper: the publication itself; source: another text, named; measured: a file of measurements, by its hash; derived: arithmetic; assumed: none of these',
  );
export const source = z.string().min(1).describe('Figure, table, text or reasoning behind the value');
const assumed = z.literal(unsaid.from).optional();

/**
 * A leaf: the value alone or with its origin, which goes without saying where it is assumed. Reads as the value. The type is
 * said and not inferred: the compiler would spell out all that zod made of it, in declarations that it does not accept itself.
 */
export function leaf<V extends z.ZodType>(value: V, unit: Unit, description: string): z.ZodType<z.output<V>> {
  return z
    .union([
      value,
      z.strictObject({ value, from: assumed, source: source.optional() }),
      z.strictObject({ value, from, source }),
    ])
    .meta({ description, unit })
    .transform((read: unknown) => (isFields(read) ? read.value : read) as z.output<V>);
}

/** The names of the parts of a leaf that is written in full. */
export const partsOfLeaf = ['value', 'from', 'source'];

/** Whether something read from YAML has fields. */
export function isFields(written: unknown): written is Readonly<Record<string, unknown>> {
  return typeof written === 'object' && written !== null && !Array.isArray(written);
}

/** What a leaf's schema says of it; undefined for any other schema. */
export function leafOf(
  schema: z.core.$ZodType,
): { readonly value: z.ZodType; readonly unit: Unit; readonly description: string } | undefined {
  if (!(schema instanceof z.ZodPipe && schema.in instanceof z.ZodUnion)) return undefined;
  const { unit, description = '' } = schema.in.meta() ?? {};
  return { value: schema.in.options[0] as z.ZodType, unit: unit as Unit, description };
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

/** A quantity, at least 0 where no range is given, written with its unit, which 0 does not need. */
export function quantity(
  unit: Exclude<Unit, ''>,
  description: string,
  range: z.ZodNumber = z.number().min(0),
) {
  const text = z
    .string()
    .meta({ pattern: quantityPattern(unit), examples: [unit === 'S' ? '50 uS' : `1 ${unit}`] });
  const value = z
    .union(range.safeParse(0).success ? [text, z.literal(0)] : [text])
    .transform((written, context) => {
      const parsed = written === 0 ? 0 : parseQuantity(written, unit);
      if (parsed !== undefined) return parsed;
      context.issues.push({ code: 'custom', input: written, params: { unit } });
      return z.NEVER;
    })
    .pipe(range.max(largest).refine(inReach, `this must be 0 or at least ${smallest} ${unit}`));
  return leaf(value, unit, description);
}

/** A number that has a meaning in percent: `0.03`, or `3%`. */
function inPercent(range: z.ZodNumber, description: string) {
  const { $schema: _, ...bounds } = z.toJSONSchema(range);
  const text = z.string().meta({ pattern: percentPattern, examples: ['3%'] });
  const value = z
    .union([z.number().meta(bounds), text])
    .transform((written, context) => {
      const parsed = typeof written === 'number' ? written : parsePercent(written);
      if (parsed !== undefined) return parsed;
      const message = 'this must be a number, or a percentage such as 3%';
      context.issues.push({ code: 'custom', input: written, message });
      return z.NEVER;
    })
    .pipe(range);
  return leaf(value, '', description);
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
  .transform((micro) => micro.map((c, k) => shifted(c, 6 * k - 6)));

/** A number times a power of 10, without the rounding of a product. */
function shifted(value: number, power: number): number {
  const [digits, exponent = '0'] = String(value).split('e');
  return Number(`${digits}e${Number(exponent) + power}`);
}

export const real = (description: string) => leaf(within, '', description);
export const integer = (min: number, max: number, description: string) =>
  leaf(z.int().min(min).max(max), '', description);
/** A number of things on average, which may lie between two. */
export const meanCount = (max: number, description: string) => leaf(within.min(0).max(max), '', description);
/** A part of a whole, or of another quantity, that cannot be more than it. */
export const share = (description: string, range: z.ZodNumber = within.min(0)) =>
  inPercent(range.max(1), description);
/** A spread in units of what it spreads. */
export const relative = (description: string) => inPercent(within.min(0), description);
/** A relative change, of either sign. */
export const relativeChange = (description: string) => inPercent(within, description);
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
  const told = leafOf(schema);
  if (told) return [{ field: path, unit: told.unit, description: told.description }];
  return Object.entries(groupOf(schema)?.shape ?? {}).flatMap(([key, inner]) =>
    fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The fields of a schema of a group, or of one that only narrows its type. */
export function groupOf(schema: z.core.$ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodPipe) return groupOf(schema.in);
  return schema instanceof z.ZodObject ? schema : undefined;
}
