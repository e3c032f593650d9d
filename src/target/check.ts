/** Checks the parsed YAML of a target file against the schema and its fields against each other: all problems at once. */
import type { z } from 'zod';
import { conditionProblems } from '../conditions/models.ts';
import { optionInvalid, targetInvalid, targetMissing, targetUnit } from '../diagnostics/all.ts';
import { type Diagnostic, InternalError, raise } from '../diagnostics/diagnostic.ts';
import { type Scheme, schemeOf, schemes } from '../schemes/models.ts';
import { didYouMean } from '../text/near-names.ts';
import { formatQuantity } from '../text/units.ts';
import { faultProblems } from './faults.ts';
import type { TargetField } from './leaf.ts';
import { peripheryProblems } from './periphery.ts';
import { type Problem, unless } from './problem.ts';
import { schemelessSchema, targetFields, targetSchema } from './schema.ts';
import type { Target } from './target.ts';

interface Place {
  readonly file: string;
  /** Line of a path in the file, where it is there. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
  /** Fields that a flag has set, with the flag. */
  readonly setBy: ReadonlyMap<string, string>;
}

/** Names of types for people, where zod's are not. */
const kinds: Readonly<Record<string, string>> = { int: 'a whole number', array: 'a list of numbers' };

/** Unknown fields of one group that are reported. */
const keysNamed = 20;

/** What a zod issue says, in the words of a target file. */
function reasonOf(issue: z.core.$ZodIssue, unit: string): string {
  const print = (bound: unknown) => `${String(bound)}${unit && ` ${unit}`}`;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'object'
        ? 'this must be a group of fields, and a single field is written { value, from, source }'
        : `this must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
    case 'invalid_value':
      return `this must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'this must not be empty'
        : `this must be ${issue.inclusive ? 'at least' : 'more than'} ${print(issue.minimum)}`;
    case 'too_big':
      return `this must be ${issue.inclusive ? 'at most' : 'less than'} ${print(issue.maximum)}`;
    case 'invalid_format':
      return 'a name consists of lower-case letters, digits, dots and hyphens';
    default:
      return issue.message;
  }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined,
    root,
  );
}

/** A leaf is named by its field: `adc.bits.value` is `adc.bits`; the other parts keep their names. */
export function fieldName(path: readonly string[]): string {
  const named = path.at(-1) === 'value' ? path.slice(0, -1) : path;
  return named.length === 0 ? 'the file' : named.join('.');
}

function invalid(problem: Problem, place: Place): Diagnostic {
  const field = fieldName(problem.path);
  const flag = place.setBy.get(field);
  if (flag !== undefined) return optionInvalid(flag, problem.reason, ...(problem.notes ?? []));
  const diagnostic = (problem.diagnose ?? targetInvalid)(located(problem.path, place), field, problem.reason);
  return { ...diagnostic, notes: [...(problem.notes ?? []), ...diagnostic.notes] };
}

function located(path: readonly string[], place: Place): string {
  for (let length = path.length; length > 0; length--) {
    const line = place.lineOf(path.slice(0, length));
    if (line !== undefined) return `${place.file}:${line}`;
  }
  return place.file;
}

function diagnosticsOf(
  issue: z.core.$ZodIssue,
  root: unknown,
  fields: readonly TargetField[],
  place: Place,
): readonly Diagnostic[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const prefix = path.length === 0 ? '' : `${path.join('.')}.`;
    const known = [
      ...new Set(['name', 'title', ...fields.flatMap(({ field }) => [field, field.split('.')[0]!])]),
    ];
    return issue.keys.slice(0, keysNamed).map((key) => {
      const reason =
        path.length === 0 && key === 'hidden'
          ? 'hidden planes exist only where programming.scheme is transfer'
          : 'there is no such field, and nothing would use it';
      return invalid({ path: [...path, key], reason, notes: didYouMean(`${prefix}${key}`, known) }, place);
    });
  }
  const written = valueAt(root, path);
  const field = fieldName(path);
  if (written === undefined) return [targetMissing(located(path, place), field)];
  const unit = path.at(-1) === 'value' ? (fields.find((f) => f.field === field)?.unit ?? '') : '';
  const isQuantity = issue.code !== 'custom' || issue.params?.unit === undefined;
  const isUnit = unit !== '' && (!isQuantity || issue.code === 'invalid_type');
  if (!isUnit) return [invalid({ path, reason: reasonOf(issue, unit) }, place)];
  const flag = place.setBy.get(field);
  if (flag === undefined) return [targetUnit(located(path, place), field, String(written), unit)];
  return [optionInvalid(flag, `'${String(written)}' is not a quantity in ${unit}`)];
}

/** Cells of one array: what a simulated one keeps of each takes up to 17 bytes. */
const mostCells = 2 ** 24;

/** What no single field shows: how the fields of a target fit together. */
export function crossChecks(target: Target): readonly Problem[] {
  const { array, cell, driver, adc } = target;
  const { gMin, gMax, gUseMin, gUseMax } = cell;
  const siemens = (value: number) => formatQuantity(value, 'S', 6);
  const paired = cell.encoding !== 'offset';
  const even = !paired || array.columns % 2 === 0;
  const converters = paired && adc.convert === 'pair' ? Math.floor(array.columns / 2) : array.columns;
  return [
    ...unless(gMin <= gUseMin, 'cell.gUseMin', `this lies below cell.gMin, ${siemens(gMin)}`),
    ...unless(gUseMin < gUseMax, 'cell.gUseMax', `this must lie above cell.gUseMin, ${siemens(gUseMin)}`),
    ...unless(gUseMax <= gMax, 'cell.gUseMax', `this lies above cell.gMax, ${siemens(gMax)}`),
    ...unless(driver.rowsAtOnce <= array.rows, 'driver.rowsAtOnce', `the array has ${array.rows} rows`),
    ...unless(
      array.rows * array.columns <= mostCells,
      'array.columns',
      `an array has at most ${mostCells.toLocaleString('en')} cells`,
    ),
    ...unless(even, 'array.columns', 'differential pairs need an even number of columns'),
    ...unless(
      adc.sharedBy <= converters,
      'adc.sharedBy',
      `the array has only ${converters} values to convert`,
    ),
    ...schemeOf(target).problems(),
    ...faultProblems(target.faults),
    ...conditionProblems(target),
    ...peripheryProblems(target),
  ];
}

/**
 * Turns the parsed YAML of a target file into a Target.
 * @param scheme the file's scheme of programming; undefined where it is missing or unknown
 * @throws DiagnosticError with every problem: at a flag where a flag has set the field, else in the file
 */
export function checkTargetFile(root: unknown, scheme: Scheme | undefined, place: Place): Target {
  const schema = scheme === undefined ? schemelessSchema() : targetSchema(scheme);
  const fields = scheme === undefined ? [] : targetFields(scheme);
  const result = schema.safeParse(root);
  const problems = (result.error?.issues ?? []).flatMap((issue) => diagnosticsOf(issue, root, fields, place));
  if (scheme === undefined) {
    const path = ['programming', 'scheme', 'value'];
    const names = schemes().join(', ');
    raise([
      ...problems,
      valueAt(root, path) === undefined
        ? targetMissing(located(path, place), 'programming.scheme')
        : invalid({ path, reason: `this must be one of ${names}` }, place),
    ]);
    throw new InternalError('check-target', 'a file without a scheme of programming passed');
  }
  raise(problems);
  // What each schema reads is the target of its scheme.
  const target = result.data as Target;
  raise(crossChecks(target).map((problem) => invalid(problem, place)));
  return target;
}
