/** A complete target -> the text of its file: every field with its origin, and above it what it means. */
import { formatYaml } from '../text/yaml-text.ts';
import { isFields } from './leaf.ts';
import { fieldsOfTarget, targetFields } from './schema.ts';
import type { Target } from './target.ts';

/**
 * @param tree that of a target file, with every leaf in full
 * @param target what it reads as
 */
export function formatTarget(tree: unknown, target: Target, heading: string): string {
  const fields = fieldsOfTarget(target);
  const meanings = new Map(
    fields.map(({ field, unit, description }) => [
      field,
      unit === '' ? description : `${description} (${unit})`,
    ]),
  );
  const ordered = ['name', 'title', ...fields.map(({ field }) => field)].reduce<object>(
    (made, field) => placed(made, tree, field.split('.')),
    {},
  );
  const absent = new Set(
    targetFields(target.programming.scheme).flatMap(({ within }) =>
      within === undefined || within in Object(tree) ? [] : [within],
    ),
  );
  // What circuits take is no effect.
  const off = [...absent].filter((section) => !section.includes('.') && section !== 'circuits');
  const ending =
    off.length === 0
      ? ''
      : ` Effects that are off, because their sections are not here: ${off.join(', ')}. docs/targets.md has their fields.`;
  return formatYaml(ordered, heading, (path) => meanings.get(path.join('.')), ending.trim());
}

/** `made` with the part of `tree` at a path added behind what it has. */
function placed(made: object, tree: unknown, [key = '', ...rest]: readonly string[]): object {
  const part = isFields(tree) ? tree[key] : undefined;
  const there: unknown = Reflect.get(made, key);
  return { ...made, [key]: rest.length === 0 ? part : placed(Object(there ?? {}), part, rest) };
}
