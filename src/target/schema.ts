/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import type { Unit } from '../units.ts';
import { cell } from './cell.ts';
import { ageing, film } from './ferroelectric-schema.ts';
import { above0, integer, leaf, quantity, spread } from './leaf.ts';
import { peripherySections } from './periphery-schema.ts';
import { errorLaw, exact, pulseVerify, transfer, writeVerify } from './programming-schema.ts';
import { readingSections } from './reading-schema.ts';
import { adc, array, driver, faults } from './sections.ts';
import type { Target } from './target.ts';

export type Scheme = Target['programming']['scheme'];

const hidden = z.strictObject({
  fecapsPerLine: integer(1, 65535, 'FeCAPs on one transfer line'),
  bits: integer(2, 16, 'Bits of a hidden integer, sign included (sign and magnitude)'),
  transferBits: integer(1, 15, 'Most significant magnitude bits that a transfer reads'),
  wakeUpCycles: integer(0, 65535, 'Bipolar cycles before first use'),
  wakeUpCycleTime: quantity('s', 'Time of one wake-up cycle'),
  writeEnergy: quantity('J', 'Energy of writing one FeCAP'),
  writeTime: quantity('s', 'Time of writing one FeCAP'),
  readTime: quantity('s', 'Time of reading FeCAPs onto the transfer line'),
  chargeSpread: spread("Relative spread of a FeCAP's charge around its capacitor's size"),
  lineNoise: spread('Noise on the transfer line, in steps of the least significant transferred bit'),
  thresholdSpread: spread(
    "Spread of the access transistor's threshold, in steps of the least significant transferred bit",
  ),
  window: quantity('V', 'Median difference of the line voltage between a stored 1 and 0', above0),
  windowSpread: quantity('V', 'Spread of that window from cell to cell'),
  senseOffset: quantity('V', 'Offset spread of the sense amplifiers'),
  film: film.optional(),
  ageing: ageing.optional(),
});

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

/** The schema of a whole target file for each scheme of programming. */
export const targetSchemas = {
  exact: z.strictObject({ ...common, programming: exact, ...periphery, ...sections }),
  'write-verify': z.strictObject({ ...common, programming: writeVerify, ...periphery, ...sections }),
  'error-law': z.strictObject({ ...common, programming: errorLaw, ...periphery, ...sections }),
  'pulse-verify': z.strictObject({ ...common, programming: pulseVerify, ...periphery, ...sections }),
  transfer: z.strictObject({ ...common, programming: transfer, hidden, ...periphery, ...sections }),
} as const;

/** Checks everything but the programming, for a file whose scheme cannot be told. */
export const schemelessSchema = z.strictObject({
  ...common,
  programming: z.unknown().optional(),
  hidden: z.unknown().optional(),
  ...periphery,
  ...sections,
});

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
    const meta = schema.in.meta() ?? {};
    return [{ field: path, unit: meta.unit as Unit, description: meta.description ?? '' }];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) =>
    fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** Every leaf of a target file with this scheme of programming, in file order, those of optional sections included. */
export function targetFields(of: Scheme): readonly TargetField[] {
  return fieldsOf(targetSchemas[of], '');
}

/** Every leaf that this target has, in file order. */
export function fieldsOfTarget(target: Target): readonly TargetField[] {
  const has = (path: string) =>
    path.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target) !== undefined;
  return targetFields(target.programming.scheme).filter(({ within }) => within === undefined || has(within));
}

/** The JSON Schema (draft 2020-12) of target files, for editors. */
export function targetJsonSchema(): object {
  const whole = z.union(Object.values(targetSchemas));
  return { title: 'Crossloom target', ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
