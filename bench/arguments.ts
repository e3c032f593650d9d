/** Arguments of a table: `--svg FILE`, where its plot goes, `--chips` and `--images`, and patterns that pick rows by their label. */
import { parseArgs } from 'node:util';
import type { Case } from './accuracy-cases.ts';

export interface TableArguments {
  readonly svg: string | undefined;
  /** Whether a row of that label is asked for. */
  readonly picks: (label: string) => boolean;
  /** A row on no more chips and images than asked for: one that would take hours, in minutes, with a wider interval. */
  readonly within: (item: Case) => Case;
}

export function tableArguments(args: readonly string[]): TableArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { svg: { type: 'string' }, chips: { type: 'string' }, images: { type: 'string' } },
    allowPositionals: true,
  });
  const patterns = positionals.map((pattern) => new RegExp(pattern));
  const chips = Number(values.chips ?? Number.POSITIVE_INFINITY);
  const images = Number(values.images ?? Number.POSITIVE_INFINITY);
  return {
    svg: values.svg,
    picks: (label) => patterns.every((pattern) => pattern.test(label)),
    within: (item) => ({
      ...item,
      trials: Math.min(item.trials, chips),
      images: Math.min(item.images, images),
    }),
  };
}
