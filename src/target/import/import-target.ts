/** A file of another tool -> the draft of a target, each value with its origin, and what of the file is not in it. */
import { basename } from 'node:path';
import { foreignInvalid, foreignUnknown } from '../../diagnostics/all.ts';
import { DiagnosticError, raise } from '../../diagnostics/diagnostic.ts';
import { mostWritten, readText } from '../../files/read-file.ts';
import { checkTarget } from '../check.ts';
import { type Draft, draftOf, leaders } from '../draft.ts';
import { bundledTargets, readTargetFile, type TargetFile } from '../load.ts';
import { fieldName } from '../place.ts';
import { targetFields } from '../schema.ts';
import type { Setting } from '../setting.ts';
import { leavesOf, withLeaf } from '../tree.ts';
import { fieldsOf, type Lost } from './fields.ts';
import type { Imported, Origin } from './format.ts';
import { foreignFormats } from './formats.ts';

export interface ImportedTarget extends Pick<Draft, 'tree' | 'target'> {
  /** The name of the format. */
  readonly format: string;
  /** The bundled target whose values stand for what the file does not say. */
  readonly like: string;
  readonly lost: readonly Lost[];
}

/**
 * @param path of a file of another tool, recognised by what is in it
 * @throws DiagnosticError where it is of no known format, or a field of it is wrong
 */
export async function importTarget(
  path: string,
  name: string,
  title: string | undefined,
): Promise<ImportedTarget> {
  const read = await readText(path, mostWritten);
  const kinds = foreignFormats.map(({ name: format, what }) => `${format}: ${what}`);
  if (!('text' in read)) throw new DiagnosticError([foreignUnknown(path, read, kinds)]);
  const [found] = foreignFormats.flatMap((format) => {
    const root = format.read(read.text);
    return root === undefined ? [] : [{ format, root }];
  });
  if (!found)
    throw new DiagnosticError([
      foreignUnknown(path, 'this is no format, or no version of one, that is known', kinds),
    ]);

  const fields = fieldsOf(found.root);
  const { like, values } = found.format.convert(fields, originIn(basename(path)));
  const { faults, lost } = fields.rest();
  raise(faults.map(({ field, reason }) => foreignInvalid(path, field, reason)));
  const settings = withFollowers(values).map((value): Setting => ({ ...value, flag: value.field }));
  const base = await beginning(like, settings);
  const draft = draftOf(base.like, name, title ?? `${name}, imported from ${found.format.name}`, [
    ...settings,
    ...base.added,
  ]);
  const foreignOf = new Map(withFollowers(values).map(({ field, foreign }) => [field, foreign]));
  raise(
    draft.problems.map(({ path: at, reason }) => {
      const field = draft.tied.get(fieldName(at)) ?? fieldName(at);
      return foreignInvalid(
        path,
        foreignOf.get(field) ?? field,
        `as ${fieldName(at)} of a target: ${reason}`,
      );
    }),
  );
  return { tree: draft.tree, target: draft.target, format: found.format.name, like, lost };
}

/** The window that is used, and the rows, are all that there is, whatever they are on the target to begin with. */
function withFollowers(values: readonly Imported[]): readonly Imported[] {
  const given = new Map(values.map((value) => [value.field, value]));
  const followers = Object.entries(leaders).flatMap(([field, leader]): readonly Imported[] => {
    const value = given.get(leader);
    return value && !given.has(field)
      ? [{ ...value, field, from: 'assumed', source: `all of ${leader}` }]
      : [];
  });
  return [...values, ...followers];
}

function originIn(file: string): Origin {
  const value = (
    from: Imported['from'],
    field: string,
    written: Imported['value'] | undefined,
    rest: object,
  ) => (written === undefined ? [] : [{ field, value: written, from, ...rest } as Imported]);
  return {
    said: (field, written, foreign) =>
      value('source', field, written, { source: `${file}: ${foreign}`, foreign }),
    derived: (field, written, foreign, how) =>
      value('derived', field, written, { source: `${file}: ${foreign}; ${how}`, foreign }),
    assumed: (field, written, why) => value('assumed', field, written, { source: `${file}: ${why}` }),
  };
}

/**
 * The target to begin with: without its effects, but for sections that a value lies in. What it lacks of those is taken from the
 * first bundled target that has them.
 */
async function beginning(
  name: string,
  settings: readonly Setting[],
): Promise<{ readonly like: TargetFile; readonly added: readonly Setting[] }> {
  const like = await readTargetFile(name);
  const within = new Map(
    targetFields(like.target.programming.scheme).map(({ field, within: optional }) => [field, optional]),
  );
  const touched = new Set(settings.flatMap(({ field }) => within.get(field) ?? []));
  const kept = leavesOf(like.tree).filter(({ field }) => {
    const optional = within.get(field);
    return optional === undefined || touched.has(optional);
  });
  const tree = kept.reduce<unknown>(
    (root, { field, value, from, source }) => withLeaf(root, field.split('.'), { value, from, source }),
    { name: like.target.name, title: like.target.title },
  );
  const has = new Set([...kept, ...settings].map(({ field }) => field));
  const lacking = [...within].flatMap(([field, optional]) =>
    optional !== undefined && touched.has(optional) && !has.has(field) ? [field] : [],
  );
  const added: Setting[] = [];
  for (const other of lacking.length === 0 ? [] : await bundledTargets()) {
    const file = await readTargetFile(other);
    for (const { field, value, from, source } of leavesOf(file.tree)) {
      if (!lacking.includes(field) || added.some((setting) => setting.field === field)) continue;
      const origin = `as of ${other} (${from}: ${source})`;
      added.push({ field, value, from: 'assumed', source: origin, flag: field } as Setting);
    }
  }
  return { like: { ...like, tree, target: checkTarget(tree).target }, added };
}
