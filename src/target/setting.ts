/** What somebody sets of a new target, as text with the source in parentheses behind it -> a value with its origin. */
import type { From } from './leaf.ts';
import { type Override, readValue } from './overrides.ts';

export interface Setting extends Pick<Override, 'field' | 'value'> {
  readonly from: From;
  readonly source: string;
  /** What set it, as diagnostics name it. */
  readonly flag: string;
}

/** `32 (datasheet, p. 4)` */
const withSource = /^(.*\S)\s*\((.+)\)$/s;

/** A text without the source behind it, and that source. */
export function splitSource(text: string): { readonly text: string; readonly source: string | undefined } {
  const [, before = text, source] = withSource.exec(text) ?? [];
  return { text: before, source };
}

/** @param otherwise the source where none stands behind the value */
export function settingOf(field: string, written: string, otherwise: string, flag: string): Setting {
  const { text, source } = splitSource(written);
  const origin =
    source === undefined
      ? ({ from: 'assumed', source: otherwise } as const)
      : ({ from: 'source', source } as const);
  return { field, value: readValue(text), ...origin, flag };
}
