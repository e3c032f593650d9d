/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import { conditionSections } from '../conditions/models.ts';
import { cell } from './cell.ts';
import { ageing, film } from './ferroelectric-schema.ts';
import { above0, fieldsOf, integer, quantity, spread, type TargetField } from './leaf.ts';
import { adc, adcErrors, driver, driverErrors } from './periphery.ts';
import { errorLaw, exact, pulseVerify, transfer, writeVerify } from './programming-schema.ts';
import { array, faults } from './sections.ts';
import type { Target } from './target.ts';
import { wires } from './wires.ts';

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

/** Effects that a target may have: all fields of a section, or no such section. */
const sections = () => ({
  faults: faults.optional(),
  ...conditionSections(),
  wires: wires.schema.optional(),
  adcErrors: adcErrors.schema.optional(),
  driverErrors: driverErrors.schema.optional(),
});

/** The schema of a whole target file for each scheme of programming. */
export function targetSchemas() {
  const rest = { ...periphery, ...sections() };
  return {
    exact: z.strictObject({ ...common, programming: exact, ...rest }),
    'write-verify': z.strictObject({ ...common, programming: writeVerify, ...rest }),
    'error-law': z.strictObject({ ...common, programming: errorLaw, ...rest }),
    'pulse-verify': z.strictObject({ ...common, programming: pulseVerify, ...rest }),
    transfer: z.strictObject({ ...common, programming: transfer, hidden, ...rest }),
  };
}

/** Checks everything but the programming, for a file whose scheme cannot be told. */
export function schemelessSchema() {
  const unknown = z.unknown().optional();
  return z.strictObject({ ...common, programming: unknown, hidden: unknown, ...periphery, ...sections() });
}

/** Every leaf of a target file with this scheme of programming, in file order, those of optional sections included. */
export function targetFields(of: Scheme): readonly TargetField[] {
  return fieldsOf(targetSchemas()[of], '');
}

/** Every leaf that this target has, in file order. */
export function fieldsOfTarget(target: Target): readonly TargetField[] {
  const has = (path: string) =>
    path.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target) !== undefined;
  return targetFields(target.programming.scheme).filter(({ within }) => within === undefined || has(within));
}

/** The JSON Schema (draft 2020-12) of target files, for editors. */
export function targetJsonSchema(): object {
  const whole = z.union(Object.values(targetSchemas()));
  return { title: 'Crossloom target', ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
