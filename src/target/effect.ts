/** One effect of a simulation, and how its parameters are printed. */
import type { z } from 'zod';
import { formatQuantity, type Unit } from '../text/units.ts';
import { fieldsOf } from './leaf.ts';

export interface Effect {
  readonly name: string;
  /** False where the target or the options switch it off. */
  readonly applied: boolean;
  /** By field of the target, with units. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly law: string;
}

export const siemens = (value: number): string => formatQuantity(value, 'S');
export const volts = (value: number): string => formatQuantity(value, 'V');
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** A section of target files, and what a report says about it. */
export interface SectionModel<Section> {
  readonly schema: z.ZodType<Section>;
  readonly name: string;
  readonly law: string;
  /** Fields that are printed otherwise than as a number with its unit. */
  readonly print?: { readonly [Field in keyof Section]?: (value: Section[Field]) => string };
}

/** The effect of a section: off, and without parameters, where the target does not have it. */
export function sectionEffect<Section extends object>(
  path: string,
  { schema, name, law, print = {} }: SectionModel<Section>,
  section: Section | undefined,
): Effect {
  const text = (key: string, unit: Unit): string => {
    const value: unknown = Reflect.get(section ?? {}, key);
    const own = (print as Readonly<Record<string, (value: unknown) => string>>)[key];
    if (own) return own(value);
    return typeof value === 'number' && unit !== '' ? formatQuantity(value, unit) : String(value);
  };
  const fields = section ? fieldsOf(schema, '') : [];
  const parameters = fields.map(({ field, unit }) => [`${path}.${field}`, text(field, unit)]);
  return { name, applied: section !== undefined, parameters: Object.fromEntries(parameters), law };
}
