/** Checks the parsed YAML of a target file against the schema and its fields against each other: all problems at once. */
import { type Scheme, schemes } from '../schemes/models.ts';
import { crossChecks } from './cross-checks.ts';
import { matchKeys, nearest } from './keys.ts';
import { groupOf, isFields, partsOfLeaf } from './leaf.ts';
import type { Problem } from './problem.ts';
import { readGroup } from './read-group.ts';
import { fieldsOfAny, readingSchema } from './schema.ts';
import type { Target } from './target.ts';
import { setUnsound } from './unsound.ts';

export interface CheckedTarget {
  /** Every field of it is sound where there are no problems. */
  readonly target: Target;
  /** Those of single fields, in the order of the schema, then those of several together. */
  readonly problems: readonly Problem[];
}

const withoutTransfer = 'hidden planes exist only where programming.scheme is transfer';

/** @param root the parsed YAML of a target file */
export function checkTarget(root: unknown): CheckedTarget {
  const written = schemeText(root);
  const named = schemes().find((name) => name === written);
  const near = typeof written === 'string' ? nearest(written, schemes()) : undefined;
  const scheme = named ?? (near as Scheme | undefined);
  const problems: Problem[] = [];
  const read = readGroup(readingSchema(scheme), root, [], {
    problems,
    known: ['name', 'title', ...namesOf(fieldsOfAny(scheme).map(({ field }) => field))],
    unknownReason: ([first, ...more]) =>
      first === 'hidden' && more.length === 0 && named !== undefined ? withoutTransfer : undefined,
  });
  const target = (read?.value ?? {}) as Target;
  if (scheme === undefined) setUnsound(target, 'programming');
  return { target, problems: read ? [...problems, ...crossChecks(target)] : problems };
}

/** The scheme that a file names; undefined where it names none. */
export function schemeOfFile(root: unknown): Scheme | undefined {
  const written = schemeText(root);
  return schemes().find((name) => name === written);
}

/** What stands as `programming.scheme`, on which the other fields depend; names on the way may be misspelt. */
function schemeText(root: unknown): unknown {
  const { shape } = readingSchema(undefined);
  const section = written(root, 'programming', Object.keys(shape));
  const leaf = written(section, 'scheme', Object.keys(groupOf(shape.programming)!.shape));
  return isFields(leaf) ? written(leaf, 'value', partsOfLeaf) : leaf;
}

function written(group: unknown, name: string, known: readonly string[]): unknown {
  if (!isFields(group)) return undefined;
  const key = matchKeys(Object.keys(group), known).written.get(name);
  return key === undefined ? undefined : group[key];
}

/** All names of fields, with those of the sections that they stand in. */
function namesOf(fields: readonly string[]): readonly string[] {
  return [...new Set(fields.flatMap((field) => [field, field.split('.')[0]!]))];
}
