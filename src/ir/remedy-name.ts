/** What is done about wires, in words. */
import type { CompileOptions } from './options.ts';

/** Such as `levels corrected, 64 rows at once, 10 % of the window`; empty where nothing is done. */
export function remedyName({
  wireCorrection,
  rowOrder,
  rowsAtOnce,
  window,
}: Pick<CompileOptions, 'wireCorrection' | 'rowOrder' | 'rowsAtOnce' | 'window'>): string {
  const corrections = { none: [], auto: [], gains: ['gains corrected'], levels: ['levels corrected'] };
  return [
    ...corrections[wireCorrection],
    ...(rowOrder === 'magnitude' ? ['rows by magnitude'] : []),
    ...(rowsAtOnce === undefined ? [] : [`${rowsAtOnce} rows at once`]),
    ...(window === undefined ? [] : [`${Number((100 * window).toPrecision(3))} % of the window`]),
  ].join(', ');
}
