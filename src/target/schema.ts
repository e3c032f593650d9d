/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import { type Scheme, schemeSections, schemes } from '../schemes/models.ts';
import type { Unit } from '../units.ts';
import { cell } from './cell.ts';
import { faults } from './faults.ts';
import { above0, integer, leaf, spread } from './leaf.ts';
import { peripherySections } from './periphery-schema.ts';
import { readingSections } from './reading-schema.ts';
import { adc, array, driver } from './sections.ts';
import type { Target } from './target.ts';

const common = {
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/)
    .describe('Name of the target: lower-case letters, digits, dots and hyphens'),
  title: z.string().min(1).describe('What the target is, in one line'),
  array,
  cell,
};

const periphery = {
  driver,
  adc,
  slices: integer(1, 16, 'Slices per weight where the options do not say'),
};

const disturb = z.strictObject({
  disturbDrift: leaf(
    z.number(),
    '',
    'Mean relative change of the conductance after `pulses` half-select pulses',
  ),
  spread: spread('Spread of that change from cell to cell'),
  pulses: leaf(above0, '', 'Half-select pulses after which the change was measured'),
});

/** Effects that a target may have: all fields of a section, or no such section. */
const sections = {
  faults: faults.optional(),
  disturb: disturb.optional(),
  ...readingSections,
  ...peripherySections,
};

const body = { ...periphery, ...sections };

/** The schema of a whole target file with this scheme of programming. */
export function targetSchema(of: Scheme) {
  return z.strictObject({ ...common, ...schemeSections(of), ...body });
}

/** Checks everything but the programming, for a file whose scheme cannot be told. */
export function schemelessSchema() {
  const own = schemes().flatMap((scheme) => Object.keys(schemeSections(scheme)));
  const unknown = Object.fromEntries(own.map((section) => [section, z.unknown().optional()]));
  return z.strictObject({ ...common, ...unknown, ...body });
}

export interface TargetField {
  /** Path such as `adc.bits`. */
  readonly field: string;
  readonly unit: Unit;
  readonly description: string;
  /** The section or field that a target may leave out, and this with it. */
  readonly within?: string;
}

function fieldsOf(schema: z.core.$ZodType, path: string): readonly TargetField[] {
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

/** Every leaf of a target file with this scheme of programming, in file order, those of optional sections included. */
export function targetFields(of: Scheme): readonly TargetField[] {
  return fieldsOf(targetSchema(of), '');
}

/** Every leaf that this target has, in file order. */
export function fieldsOfTarget(target: Target): readonly TargetField[] {
  const has = (path: string) =>
    path.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target) !== undefined;
  return targetFields(target.programming.scheme).filter(({ within }) => within === undefined || has(within));
}

/** The JSON Schema (draft 2020-12) of target files, for editors. */
export function targetJsonSchema(): object {
  const whole = z.union(schemes().map(targetSchema));
  return { title: 'Crossloom target', ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
