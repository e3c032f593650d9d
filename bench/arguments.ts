/** Arguments of a table: `--svg FILE`, where its plot goes, and patterns that pick rows by their label. */
import { parseArgs } from 'node:util';

export interface TableArguments {
  readonly svg: string | undefined;
  /** Whether a row of that label is asked for. */
  readonly picks: (label: string) => boolean;
}

export function tableArguments(args: readonly string[]): TableArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { svg: { type: 'string' } },
    allowPositionals: true,
  });
  const patterns = positionals.map((pattern) => new RegExp(pattern));
  return { svg: values.svg, picks: (label) => patterns.every((pattern) => pattern.test(label)) };
}
