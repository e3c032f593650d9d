/**
 * The schema of a target file. Turns checked YAML, in which every leaf is `{ value, from, source }`, into the plain SI
 * values of a Target. The scheme of programming decides which fields exist, so there is one schema per scheme.
 */
import { z } from 'zod';
import { parseQuantity, type Unit } from './units.ts';

export type Scheme = 'exact' | 'write-verify' | 'transfer';

/** Matches what parseQuantity reads; for editors that check against the published JSON Schema. */
const quantityPattern = (unit: Unit): string =>
  `^\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*[fpnumkMG]?${unit}\\s*$`;

const from = z
  .enum(['paper', 'source', 'derived', 'assumed'])
  .describe(
    'paper: the publication itself; source: another text, named; derived: arithmetic; assumed: none of these',
  );
const source = z.string().min(1).describe('Figure, table, text or reasoning behind the value');

/** A leaf: the value with its origin. Reads as the value alone. */
function leaf<V extends z.ZodType>(value: V, unit: Unit, description: string) {
  return z
    .strictObject({
      value,
      from,
      source,
    })
    .meta({ description, unit })
    .transform((read): z.output<V> => (read as { value: z.output<V> }).value);
}

/** A quantity of at least `min`, written with its unit. */
function quantity(unit: Unit, description: string, range: z.ZodNumber = z.number().min(0)) {
  const value = z
    .string()
    .meta({ pattern: quantityPattern(unit), examples: [unit === 'S' ? '50 uS' : `1 ${unit}`] })
    .transform((text, context) => {
      const parsed = parseQuantity(text, unit);
      if (parsed !== undefined) return parsed;
      context.issues.push({ code: 'custom', input: text, params: { unit } });
      return z.NEVER;
    })
    .pipe(range);
  return leaf(value, unit, description);
}

const above0 = z.number().gt(0);

const integer = (min: number, max: number, description: string) =>
  leaf(z.int().min(min).max(max), '', description);
const share = (description: string) => leaf(z.number().min(0).max(1), '', description);
const spread = (description: string) => leaf(z.number().min(0), '', description);
const choice = <const C extends readonly [string, ...string[]]>(options: C, description: string) =>
  leaf(z.enum(options), '', description);
const scheme = <const S extends Scheme>(name: S) =>
  leaf(z.literal(name), '', 'How conductances are set: `exact`, `write-verify` or `transfer`');

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
    ['differential', 'offset'],
    'Signed weights: `differential` column pairs, or an `offset` with a reference column',
  ),
  unused: choice(
    ['unformed', 'reset'],
    'A cell that no weight uses: `unformed`, or formed and `reset` like the others',
  ),
  gUnformed: quantity('S', 'Conductance of a cell that was never formed'),
});

const exact = z.strictObject({ scheme: scheme('exact') });

const writeVerify = z.strictObject({
  scheme: scheme('write-verify'),
  tolerance: quantity('S', "Accepted distance from the level's conductance", above0),
  maxPulses: integer(1, 1e6, 'Pulses after which a cell is given up'),
  stepGain: leaf(above0.max(1), '', 'Mean share of the remaining distance that one pulse covers'),
  minStep: quantity('S', 'Smallest mean step that a pulse can make'),
  cycleToCycle: spread('Relative spread of a step from pulse to pulse'),
  deviceToDevice: spread('Relative spread of the step gain from cell to cell'),
  readNoise: quantity('S', 'Standard deviation of one verify reading'),
  unresponsive: share('Share of cells that no pulse moves'),
  resetSpread: quantity('S', 'Spread of the conductance right after RESET'),
  pulseTime: quantity('s', 'Time of one programming pulse'),
  pulseEnergy: quantity('J', 'Energy of one programming pulse'),
  readTime: quantity('s', 'Time of one verify reading'),
  readEnergy: quantity('J', 'Energy of one verify reading'),
  formTime: quantity('s', 'Time of forming one cell'),
  formEnergy: quantity('J', 'Energy of forming one cell'),
});

const transfer = z.strictObject({
  scheme: scheme('transfer'),
  cycleToCycle: spread("Relative spread of a level's conductance from SET to SET"),
  resetSpread: quantity('S', 'Spread of the conductance right after RESET'),
  setTime: quantity('s', 'Time of one SET'),
  setEnergy: quantity('J', 'Energy of one SET'),
  resetTime: quantity('s', 'Time of one RESET'),
  resetEnergy: quantity('J', 'Energy of one RESET'),
  formTime: quantity('s', 'Time of forming one cell'),
  formEnergy: quantity('J', 'Energy of forming one cell'),
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
});

const driver = z.strictObject({
  bits: integer(
    1,
    1,
    'Bits of the digital-to-analogue converter on every row; inputs enter bit by bit, so 1',
  ),
  vRead: quantity('V', 'Read voltage', above0),
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

/** The schema of a whole target file for each scheme of programming. */
export const targetSchemas = {
  exact: z.strictObject({ ...common, programming: exact, ...periphery }),
  'write-verify': z.strictObject({ ...common, programming: writeVerify, ...periphery }),
  transfer: z.strictObject({ ...common, programming: transfer, hidden, ...periphery }),
} as const;

/** Checks everything but the programming, for a file whose scheme cannot be told. */
export const schemelessSchema = z.strictObject({
  ...common,
  programming: z.unknown().optional(),
  hidden: z.unknown().optional(),
  ...periphery,
});

export interface TargetField {
  /** Path such as `adc.bits`. */
  readonly field: string;
  readonly unit: Unit;
  readonly description: string;
}

function fieldsOf(schema: z.core.$ZodType, path: string): readonly TargetField[] {
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodObject) {
    const meta = schema.in.meta() ?? {};
    return [{ field: path, unit: meta.unit as Unit, description: meta.description ?? '' }];
  }
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, inner]) =>
    fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** Every leaf of a target file with this scheme of programming, in file order. */
export function targetFields(of: Scheme): readonly TargetField[] {
  return fieldsOf(targetSchemas[of], '');
}

/** The JSON Schema (draft 2020-12) of target files, for editors. */
export function targetJsonSchema(): object {
  const whole = z.union([targetSchemas.exact, targetSchemas['write-verify'], targetSchemas.transfer]);
  return { title: 'Crossloom target', ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
