/**
 * A target of one's own, begun as another: settings laid over its file -> a complete tree whose every value says where it
 * comes from. What is not set is a guess for the new chip, wherever the other one has it from.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type CheckedTarget, checkTarget } from './check.ts';
import type { TargetFile } from './load.ts';
import { diagnosticOf, fieldName } from './place.ts';
import type { Problem } from './problem.ts';
import type { Setting } from './setting.ts';
import { leavesOf, withLeaf } from './tree.ts';

export interface Draft extends CheckedTarget {
  readonly tree: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Fields that have the value of another, by name, with that other. */
  readonly tied: ReadonlyMap<string, string>;
}

/** Fields that mean the whole of another where they are equal. */
export const leaders: Readonly<Record<string, string>> = {
  'driver.rowsAtOnce': 'array.rows',
  'cell.gUseMin': 'cell.gMin',
  'cell.gUseMax': 'cell.gMax',
};

/** @param title of the new target; by default what it was begun as */
export function draftOf(
  like: TargetFile,
  name: string,
  title: string | undefined,
  settings: readonly Setting[],
): Draft {
  const given = new Map(settings.map((setting) => [setting.field, setting]));
  const tied = new Map(
    Object.entries(leaders).filter(
      ([field, leader]) =>
        !given.has(field) && fieldValue(like.target, field) === fieldValue(like.target, leader),
    ),
  );
  const copied = leavesOf(like.tree).map(({ field, value, from, source }): Setting => {
    const leader = tied.get(field);
    const setting = leader === undefined ? undefined : given.get(leader);
    if (setting) return { ...setting, field, from: 'assumed', source: `all of ${leader}` };
    const origin = `as of ${like.target.name} (${from}: ${source})`;
    return { field, value, from: 'assumed', source: origin, flag: '' } as Setting;
  });
  const tree = [...copied, ...settings].reduce<unknown>(
    (root, { field, value, from, source }) => withLeaf(root, field.split('.'), { value, from, source }),
    { name, title: title ?? `${name}, begun as ${like.target.name}` },
  );
  const { target, problems } = checkTarget(tree);
  const setBy = new Map([
    ['name', `--name ${name}`],
    ['title', `--title ${title ?? ''}`],
    ...settings.map(({ field, flag }) => [field, flag] as const),
    ...[...tied].flatMap(([field, leader]) => {
      const setting = given.get(leader);
      return setting ? [[field, setting.flag] as const] : [];
    }),
  ]);
  const place = { file: like.file, lineOf: like.lineOf, setBy };
  const diagnostics = distinct(problems.map((problem) => diagnosticOf(problem, place)));
  return { tree, target, problems, diagnostics, tied };
}

/** The field by whose setting a problem goes away. */
export function fieldToSet({ tied }: Draft, { path }: Problem): string {
  const field = fieldName(path);
  return tied.get(field) ?? field;
}

function fieldValue(target: object, field: string): unknown {
  return field.split('.').reduce<unknown>((node, key) => Reflect.get(Object(node), key), target);
}

/** A field that follows another has the same problem at the same flag. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const keyOf = ({ at, message }: Diagnostic) => `${at}: ${message}`;
  return [...new Map(diagnostics.map((diagnostic) => [keyOf(diagnostic), diagnostic])).values()];
}
