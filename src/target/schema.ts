/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import type { Unit } from '../units.ts';
import { ageing, film } from './ferroelectric-schema.ts';
import { above0, choice, integer, leaf, quantity, share, spread } from './leaf.ts';
import { peripherySections } from './periphery-schema.ts';
import { errorLaw, exact, pulseVerify, transfer, writeVerify } from './programming-schema.ts';
import { readingSections } from './reading-schema.ts';
import type { Target } from './target.ts';

export type Scheme = Target['programming']['scheme'];

const array = z.strictObject({
  rows: integer(1, 65535, 'Wordlines of one array: its inputs'),
  columns: integer(1, 65535, 'Bitlines of one array: its outputs'),
  arraysPerChip: integer(1, 1e9, 'Arrays on one chip'),
});

const cell = z.strictObject({
  levels: integer(2, 65536, 'Level codes 0 to levels - 1 lie evenly from gUseMin to gUseMax'),
  gMin: quantity('S', 'Lowest conductance that can be programmed'),
  gMax: quantity('S', 'Highest conductance that can be programmed'),
  gUseMin: quantity('S', 'Conductance of level 0: the lowest used for MVM'),
  gUseMax: quantity('S', 'Conductance of the highest level: the highest used for MVM'),
  encoding: choice(
    ['auto', 'differential', 'offset'],
    'Signed weights: `differential` column pairs, an `offset` with a reference column, or `auto`: the compiler chooses layer by layer',
  ),
  unused: choice(
    ['unformed', 'reset'],
    'A cell that no weight uses: `unformed`, or formed and `reset` like the others',
  ),
  gUnformed: quantity('S', 'Conductance of a cell that was never formed'),
});

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

const driver = z.strictObject({
  bits: integer(
    1,
    8,
    'Bits of the digital-to-analogue converter on every row: inputs enter by as many bits at a time',
  ),
  polarity: choice(
    ['unipolar', 'bipolar'],
    'Whether rows are driven with the read voltage only, or with either sign of it: `bipolar` takes inputs of both signs at once',
  ),
  vRead: quantity('V', 'Read voltage of the highest level', above0),
  rowsAtOnce: integer(1, 65535, 'Rows driven in one MVM'),
});

const adc = z.strictObject({
  bits: integer(1, 16, 'Bits of one conversion'),
  convert: choice(
    ['pair', 'column'],
    'One converter sees the difference of a `pair` of columns, or one `column`',
  ),
  energy: quantity('J', 'Energy of one conversion'),
  time: quantity('s', 'Time of one conversion'),
  sharedBy: integer(1, 65535, 'Columns (or pairs) that share one converter, one after the other'),
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

const faults = z.strictObject({
  stuckLow: share('Share of cells that conduct gMin whatever is done'),
  stuckHigh: share('Share of cells that conduct gMax whatever is done'),
  endurance: leaf(above0, '', 'Pulses that a memristor endures'),
  spent: leaf(z.number().min(0), '', 'Pulses that every memristor has seen before'),
});

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
