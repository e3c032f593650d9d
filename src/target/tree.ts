/** The parsed YAML of a target file as a tree of fields: overrides laid over it, and where every value of it comes from. */
import { isFields, unsaid } from './leaf.ts';
import type { ProvenanceEntry } from './target.ts';

/** A copy of `root` in which the leaf at `path` has another value. */
export function withLeaf(root: unknown, path: readonly string[], leaf: object): unknown {
  const tree = isFields(root) ? root : {};
  const [key, ...rest] = path;
  if (key === undefined) return { ...tree, ...leaf };
  return { ...tree, [key]: withLeaf(Object.hasOwn(tree, key) ? tree[key] : undefined, rest, leaf) };
}

export interface WrittenLeaf extends Pick<ProvenanceEntry, 'field' | 'from' | 'source'> {
  /** As YAML has it. */
  readonly value: unknown;
}

/** All leaves of a sound tree in file order, with their origins. */
export function leavesOf(root: unknown): readonly WrittenLeaf[] {
  if (!isFields(root)) return [];
  return Object.entries(root).flatMap(([key, inner]) =>
    key === 'name' || key === 'title' ? [] : leavesBelow(inner, [key]),
  );
}

function leavesBelow(written: unknown, path: readonly string[]): readonly WrittenLeaf[] {
  const field = path.join('.');
  if (!isFields(written)) return [{ field, value: written, ...unsaid }];
  if (Object.hasOwn(written, 'value')) {
    const { value, from = unsaid.from, source = unsaid.source } = written as Partial<WrittenLeaf>;
    return [{ field, value, from, source: source.trim() }];
  }
  return Object.entries(written).flatMap(([key, inner]) => leavesBelow(inner, [...path, key]));
}

/** A value as it was written. */
export function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
