/** What is done about wires, in words. */
import type { Remedy } from './expected-signal.ts';
import type { CompileOptions } from './options.ts';

/** Such as `levels corrected, 64 rows at once, 10 % of the window`; empty where nothing is done. */
export function remedyName({
  wireCorrection,
  rowOrder,
  rowsAtOnce,
  rowsUsed,
  columnsUsed,
  window,
}: Pick<CompileOptions, keyof Remedy>): string {
  const corrections = { none: [], auto: [], gains: ['gains corrected'], levels: ['levels corrected'] };
  return [
    ...corrections[wireCorrection],
    ...(rowOrder === 'magnitude' ? ['rows by magnitude'] : []),
    ...(rowsAtOnce === undefined ? [] : [`${rowsAtOnce} rows at once`]),
    ...(rowsUsed === undefined ? [] : [`${rowsUsed} rows filled`]),
    ...(columnsUsed === undefined ? [] : [`${columnsUsed} columns filled`]),
    ...(window === undefined ? [] : [`${Number((100 * window).toPrecision(3))} % of the window`]),
  ].join(', ');
}
