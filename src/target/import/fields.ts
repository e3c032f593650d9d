/**
 * The fields of a foreign file by their paths, such as `xbar.device.Rmin`: read with a check of their type, and a note of each
 * that is left behind.
 */
import { isFields } from '../leaf.ts';

/** A field of the file that is not in the target, or one that is there only nearly. */
export interface Lost {
  readonly field: string;
  /** As it stands in the file. */
  readonly value: string;
  readonly reason: string;
}

/** What is wrong with a field. */
export interface Fault {
  readonly field: string;
  readonly reason: string;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Lower bound that is itself excluded. */
  readonly above?: number;
  readonly whole?: true;
}

export interface Fields {
  /** undefined where the file has no such field, or a wrong one. */
  readonly number: (path: string, range?: Range) => number | undefined;
  readonly numbers: (
    path: string,
    length: number | undefined,
    range?: Range,
  ) => readonly number[] | undefined;
  readonly flag: (path: string) => boolean | undefined;
  readonly text: (path: string) => string | undefined;
  /** One of the names, by name or by its number where the format numbers them. */
  readonly named: <N extends string>(
    path: string,
    names: Readonly<Record<N, number | undefined>>,
  ) => N | undefined;
  /** The fields at and below a path are not in the target, but for those of a group that were read before. */
  readonly lose: (path: string, reason: string) => void;
  /** The fields at and below a path say that something is off, or nothing of a chip. */
  readonly pass: (path: string) => void;
  /** What all known versions of the format have: a fault where it is not there. */
  readonly need: (path: string) => void;
  readonly fault: (path: string, reason: string) => void;
  readonly has: (path: string) => boolean;
  /** Paths of the fields at and below a path. */
  readonly below: (path: string) => readonly string[];
  /** Every fault, and what is lost, with all that nobody asked for. */
  readonly rest: () => { readonly faults: readonly Fault[]; readonly lost: readonly Lost[] };
}

/** @param root what was read from the file */
export function fieldsOf(root: unknown): Fields {
  const leaves = new Map(leavesBelow(root, ''));
  const seen = new Set<string>();
  const lost = new Map<string, Lost>();
  const faults = new Map<string, Fault>();
  const fault = (field: string, reason: string): undefined => {
    if (!faults.has(field)) faults.set(field, { field, reason });
    return undefined;
  };
  const below = (path: string) =>
    [...leaves.keys()].filter((field) => field === path || field.startsWith(`${path}.`));
  /** The value of a leaf, which counts as seen. */
  const take = (path: string): unknown => {
    for (const field of below(path)) seen.add(field);
    if (leaves.has(path)) return leaves.get(path);
    if (below(path).length > 0) fault(path, 'this must be one value, and has fields of its own');
    return undefined;
  };
  const inRange = (path: string, value: unknown, range: Range): number | undefined => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return fault(path, `this must be a number, and is ${show(value)}`);
    const { min = -Infinity, max = Infinity, above = -Infinity, whole } = range;
    if (whole && !Number.isInteger(value)) return fault(path, `this must be a whole number, and is ${value}`);
    if (value < min) return fault(path, `this must be at least ${min}, and is ${value}`);
    if (value > max) return fault(path, `this must be at most ${max}, and is ${value}`);
    return value > above ? value : fault(path, `this must be above ${above}, and is ${value}`);
  };
  const typed =
    <T>(what: string, is: (value: unknown) => value is T) =>
    (path: string): T | undefined => {
      const value = take(path);
      if (value === undefined || is(value)) return value;
      return fault(path, `this must be ${what}, and is ${show(value)}`);
    };
  return {
    number: (path, range = {}) => {
      const value = take(path);
      return value === undefined ? undefined : inRange(path, value, range);
    },
    numbers: (path, length, range = {}) => {
      const value = take(path);
      if (value === undefined) return undefined;
      const list = Array.isArray(value) ? value : [value];
      if (length !== undefined && list.length !== length)
        return fault(path, `this must be ${length} numbers, and has ${list.length}`);
      const read = list.map((item) => inRange(path, item, range));
      return read.some((item) => item === undefined) ? undefined : (read as readonly number[]);
    },
    flag: typed('true or false', (value) => typeof value === 'boolean'),
    text: typed('a text', (value) => typeof value === 'string'),
    named: (path, names) => {
      const value = take(path);
      if (value === undefined) return undefined;
      const known = Object.keys(names) as (keyof typeof names)[];
      const found = known.find((name) => name === value || (names[name] ?? Number.NaN) === value);
      return found ?? fault(path, `this must be one of ${known.join(', ')}, and is ${show(value)}`);
    },
    lose: (path, reason) => {
      const whole = below(path);
      const unread = whole.filter((field) => !seen.has(field));
      const fields = leaves.has(path) || unread.length === 0 ? whole : unread;
      if (fields.length === 0) return;
      for (const field of fields) seen.add(field);
      const value = leaves.has(path) ? show(leaves.get(path)) : `${fields.length} fields`;
      lost.set(path, { field: path, value, reason });
    },
    pass: (path) => {
      for (const field of below(path)) seen.add(field);
    },
    need: (path) => {
      if (below(path).length === 0)
        fault(path, 'this field is missing, in all versions that are known it is there');
    },
    fault,
    has: (path) => below(path).length > 0,
    below,
    rest: () => ({
      faults: [...faults.values()],
      lost: [
        ...lost.values(),
        ...[...leaves]
          .filter(([field]) => !seen.has(field))
          .map(([field, value]) => ({ field, value: show(value), reason: 'no field of a target says this' })),
      ],
    }),
  };
}

/** Leaves are values and lists; an empty group has none. */
function leavesBelow(node: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (!isFields(node)) return [[path, node]];
  return Object.entries(node).flatMap(([key, inner]) =>
    leavesBelow(inner, path === '' ? key : `${path}.${key}`),
  );
}

function show(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : value;
  return JSON.stringify(value);
}
