/**
 * Checks what was read from YAML against a schema, field by field: what can be read comes out as plain values in SI units,
 * and everything else as one problem each, at its place. A misspelt name is one problem too, and its contents are looked at
 * as those of the field that was meant.
 */
import { z } from 'zod';
import { targetMissing } from '../diagnostics/all.ts';
import { didYouMean } from '../text/near-names.ts';
import { matchKeys } from './keys.ts';
import { from, groupOf, isFields, leafOf, partsOfLeaf, source, unsaid } from './leaf.ts';
import type { Problem } from './problem.ts';
import { formReason, valueProblems } from './reasons.ts';
import { setUnsound } from './unsound.ts';

/** Unknown fields of one group that are reported. */
const keysNamed = 20;

/** Nothing where a field could not be read. */
type Outcome = { readonly value: unknown } | undefined;

export interface GroupReader {
  /** Everything that is wrong, in the order of the schema. */
  readonly problems: Problem[];
  /** Names of all fields, for suggestions. */
  readonly known: readonly string[];
  /** What to say of an unknown field, where more can be said than that it is unknown. */
  readonly unknownReason?: (path: readonly string[]) => string | undefined;
}

/**
 * @param path of the group, as it was written
 * @returns the values, unsound where they could not be read; nothing where this is no group
 */
export function readGroup(
  schema: z.ZodObject,
  written: unknown,
  path: readonly string[],
  reader: GroupReader,
): Outcome {
  if (!isFields(written)) {
    const reason =
      written === null
        ? 'nothing stands here: the fields of this section stand below it, indented'
        : `this must be a group of fields${path.length > 0 ? ', which stand below it, indented' : ''}`;
    reader.problems.push({ path, reason });
    return undefined;
  }
  const { shape } = schema;
  const keys = matchKeys(Object.keys(written), Object.keys(shape));
  const values = {};
  for (const [key, inner] of Object.entries(shape)) {
    const name = keys.written.get(key);
    const isOptional = inner instanceof z.ZodOptional;
    if (name === undefined && isOptional) continue;
    const place = [...path, name ?? key];
    const read =
      name === undefined
        ? missing(...needed(inner, place), reader)
        : readField(isOptional ? inner.unwrap() : inner, written[name], place, reader);
    if (read) Reflect.set(values, key, read.value);
    else setUnsound(values, key);
  }
  unknownKeys(keys.unknown, path, reader);
  return { value: values };
}

/** What is missing, of a section that needs one field alone that field; and what it is. */
function needed(schema: z.core.$ZodType, path: readonly string[]): [path: readonly string[], note: string] {
  const told = leafOf(schema);
  if (told) return [path, `${told.description}${told.unit && `, in ${told.unit}`}.`];
  const inner = Object.entries(groupOf(schema)?.shape ?? {}).filter(
    ([, field]) => !(field instanceof z.ZodOptional),
  );
  if (inner.length === 1) return needed(inner[0]![1], [...path, inner[0]![0]]);
  const description = (schema as z.ZodType).description ?? '';
  return [path, inner.length > 0 ? `Its fields: ${inner.map(([key]) => key).join(', ')}.` : description];
}

function missing(path: readonly string[], note: string, { problems }: GroupReader): undefined {
  problems.push({ path, reason: '', notes: note === '' ? [] : [note], diagnose: targetMissing });
}

function unknownKeys(
  unknown: ReadonlyMap<string, string | undefined>,
  path: readonly string[],
  { problems, known, unknownReason }: GroupReader,
): void {
  for (const [key, meant] of [...unknown].slice(0, keysNamed)) {
    const place = [...path, key];
    const notes =
      meant === undefined
        ? didYouMean(place.join('.'), known)
        : [`Did you mean '${[...path, meant].join('.')}'?`];
    const reason = unknownReason?.(place) ?? 'there is no such field, and nothing would use it';
    problems.push({ path: place, reason, notes });
  }
}

function readField(
  schema: z.core.$ZodType,
  written: unknown,
  path: readonly string[],
  reader: GroupReader,
): Outcome {
  const told = leafOf(schema);
  if (told) return readLeaf(told, written, path, reader);
  const group = groupOf(schema);
  if (group) return readGroup(group, written, path, reader);
  return readValue({ value: schema as z.ZodType, unit: '' }, written, path, reader);
}

type Leaf = NonNullable<ReturnType<typeof leafOf>>;

function readLeaf(told: Leaf, written: unknown, path: readonly string[], reader: GroupReader): Outcome {
  const form = formReason(written);
  if (form !== undefined) {
    reader.problems.push({ path, reason: form });
    return undefined;
  }
  if (!isFields(written)) return readValue(told, written, path, reader);
  const keys = matchKeys(Object.keys(written), partsOfLeaf);
  const part = (name: string) => keys.written.get(name);
  const value = part('value');
  const read =
    value === undefined
      ? missing([...path, 'value'], `${told.description}.`, reader)
      : readValue(told, written[value], [...path, value], reader);
  checkOrigin(written, part('from'), part('source'), path, reader);
  unknownKeys(keys.unknown, path, { ...reader, known: partsOfLeaf });
  return read;
}

/** What is not assumed has its source. */
function checkOrigin(
  written: Readonly<Record<string, unknown>>,
  fromKey: string | undefined,
  sourceKey: string | undefined,
  path: readonly string[],
  reader: GroupReader,
): void {
  const place = (key: string) => [...path, key];
  if (fromKey !== undefined) readValue({ value: from, unit: '' }, written[fromKey], place(fromKey), reader);
  if (sourceKey !== undefined)
    readValue({ value: source, unit: '' }, written[sourceKey], place(sourceKey), reader);
  else if (fromKey !== undefined && written[fromKey] !== unsaid.from)
    missing(place('source'), 'Only what is assumed goes without one.', reader);
}

function readValue(
  { value, unit }: Pick<Leaf, 'value' | 'unit'>,
  written: unknown,
  path: readonly string[],
  { problems }: GroupReader,
): Outcome {
  const read = value.safeParse(written);
  if (read.success) return { value: read.data };
  if (written === null) problems.push({ path, reason: 'nothing stands here' });
  else problems.push(...valueProblems(read.error, written, path, unit));
  return undefined;
}
