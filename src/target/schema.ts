/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import { conditionSections } from '../conditions/models.ts';
import { anySchemeSections, type Scheme, schemeName, schemeSections, schemes } from '../schemes/models.ts';
import { cell } from './cell.ts';
import { circuits } from './circuits.ts';
import { faults } from './faults.ts';
import { fieldsOf, integer, type TargetField } from './leaf.ts';
import { adc, adcErrors, driver, driverErrors } from './periphery.ts';
import { array } from './sections.ts';
import type { Target } from './target.ts';
import { wires } from './wires.ts';

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

/** Effects that a target may have: all fields of a section, or no such section. */
const sections = () => ({
  faults: faults.optional(),
  ...conditionSections(),
  wires: wires.schema.optional(),
  adcErrors: adcErrors.schema.optional(),
  driverErrors: driverErrors.schema.optional(),
  circuits: circuits.optional(),
});

const body = () => ({ ...periphery, ...sections() });

/** The schema of a whole target file with this scheme of programming. */
export function targetSchema(of: Scheme, rest = body()) {
  return z.strictObject({ ...common, ...schemeSections(of), ...rest });
}

/**
 * What is expected of a file, field by field, whether or not its scheme of programming is known: without one every field that
 * any scheme has may be there. The scheme itself is any that there is.
 */
export function readingSchema(of: Scheme | undefined) {
  const { programming, ...sections } = of === undefined ? anySchemeSections() : schemeSections(of);
  const named = programming.extend({ scheme: schemeName() });
  return z.strictObject({ ...common, programming: named, ...sections, ...body() });
}

/** Every leaf of a target file with this scheme of programming, or with any where it is not known. */
export function fieldsOfAny(of: Scheme | undefined): readonly TargetField[] {
  return fieldsOf(readingSchema(of), '');
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
  // What schemes have in common is described once.
  const rest = body();
  const whole = z.union(schemes().map((scheme) => targetSchema(scheme, rest)));
  return { title: 'Crossloom target', ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
