/**
 * `wireCorrection: auto` -> what is done about the wires of a target, of what the options leave open: the window of conductances, how
 * far arrays are filled, the order of rows, and what is corrected, chosen together by what is expected of them.
 *
 * No line may be asked for more than its limit, on any array, where that can be had. Of what is within the limits, nothing is cheaper
 * than steps of converters, and these than levels, which take another solve of every array; that much is taken which comes within
 * 1 dB of the chip without wire resistance, or else of the best. Fewer rows take more conversions, and fewer columns more arrays. Both
 * could be spent on copies just as well, which bring 3 dB for twice the number: a fill is taken where it brings more than that. The
 * order of rows costs nothing, and a smaller window brings the write error closer to the signal, which the estimate knows.
 */
import { defined } from '../defined.ts';
import type { Remedy, RemedyEstimate, WireChoice } from '../ir/expected-signal.ts';
import { decibels } from '../math/decibels.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { Pool } from '../threads/pool.ts';
import { type RemedySubject, remedyEstimates } from './expect-remedies.ts';
import { type Layout, layoutsFor, shortened, widestWindow } from './wire-layouts.ts';

/** Of the widest window of conductances that the limits allow, from all of it on. */
const shares = [1, 0.6, 0.3, 0.1, 0.05] as const;
/** What more signal is worth (dB). */
const worthwhile = 1;

/** Rows that are filled or driven at once, with the windows that are tried for them. */
interface Rows {
  readonly layout: Layout;
  readonly windows: readonly number[];
}

/** The best window of a fill, and its numbers among what is tried. */
interface Found {
  readonly best: RemedyEstimate;
  readonly row: number;
  readonly column: number;
  readonly window: number;
}

/** @param whole target with wires, not narrowed by options */
export async function chooseRemedy(
  subject: RemedySubject,
  whole: LoadedTarget,
  pool: Pool,
): Promise<WireChoice> {
  const tried: RemedyEstimate[] = [];
  const estimates = remedyEstimates(subject, whole, pool);
  const { window, rowOrder } = subject.options;
  const { rows, columns } = layoutsFor(subject, whole.target);
  const remedyOf = (wireCorrection: Remedy['wireCorrection'], layout: Layout, share: number): Remedy => ({
    wireCorrection,
    rowOrder: rowOrder ?? (wireCorrection === 'none' ? 'given' : 'magnitude'),
    ...defined({ window: share === 1 ? window : share }),
    ...layout,
  });
  const estimate = async (remedy: Remedy) => {
    const found = await estimates.estimate(remedy);
    tried.push(found);
    return found;
  };
  const choice = (taken: RemedyEstimate): WireChoice => ({ taken, tried });

  const none = await estimate(remedyOf('none', { ...rows[0], ...columns[0] }, window ?? 1));
  const enough = none.unwired - worthwhile;
  if (none.over === 0 && none.snr >= enough) return choice(none);

  const fixed = whole.target.hidden ? (window ?? 1) : window;
  const within = async (layout: Layout): Promise<readonly Rows[]> => {
    const over = async (share: number) =>
      (await estimates.price(remedyOf('levels', { ...layout, ...columns[0] }, share))).over;
    if (fixed !== undefined) return (await over(fixed)) === 0 ? [{ layout, windows: [fixed] }] : [];
    const widest = await widestWindow(over);
    return widest === undefined ? [] : [{ layout, windows: windowsFrom(widest) }];
  };
  const fitting = (await inTurn(rows, within)).flat();
  // Where nothing is within the limits, the choice is for the signal alone.
  const every = fixed === undefined ? windowsFrom(1) : [fixed];
  const open = fitting.length > 0 ? fitting : rows.map((layout) => ({ layout, windows: every }));

  /** From one window on, towards narrower or wider ones, as long as the next is better; narrower where wires take something. */
  const climb = async (
    how: Remedy['wireCorrection'],
    at: Omit<Found, 'best'>,
    step: 1 | -1,
  ): Promise<Found> => {
    const { layout, windows } = open[at.row]!;
    const found = async (of: number): Promise<Found> => {
      const remedy = remedyOf(how, { ...layout, ...columns[at.column] }, windows[of]!);
      return { ...at, window: of, best: await estimate(remedy) };
    };
    let top = await found(at.window);
    for (let next = at.window + step; next >= 0 && next < windows.length; next += step) {
      if (step > 0 && top.best.unwired - top.best.snr < 2 * worthwhile) break;
      const other = await found(next);
      if (other.best.snr <= top.best.snr) break;
      top = other;
    }
    return top;
  };
  const gains = await climb('gains', { row: 0, column: 0, window: 0 }, 1);
  if (gains.best.snr >= enough) return choice(gains.best);
  // Levels that make up for more of the wires stand a wider window.
  const how = whole.target.hidden ? 'gains' : 'levels';
  const first = how === 'gains' ? gains : await climb('levels', gains, -1);

  /** Fills less as long as it is worth it: rows or columns, whichever brings more. */
  const fillLess = async (at: Found, taken: RemedyEstimate): Promise<RemedyEstimate> => {
    if (taken.snr >= enough) return taken;
    const { row, column } = at;
    const less = [
      { row: row + 1, column, window: 0 },
      // A wider window that loads the wires more may pay two steps on.
      { row: row + 2, column, window: 0 },
      { row, column: column + 1, window: 0 },
    ].filter((next) => next.row < open.length && next.column < columns.length);
    const found = await inTurn(less, (next) => climb(how, next, 1));
    const [next] = found.toSorted((a, b) => worth(b.best, taken) - worth(a.best, taken));
    return next && worth(next.best, taken) > taken.snr ? fillLess(next, next.best) : taken;
  };
  const simple = none.over === 0 || fitting.length === 0 ? [none, gains.best] : [gains.best];
  return choice(await fillLess(first, cheapest([...simple, first.best])));
}

const windowsFrom = (widest: number) => shares.map((share) => shortened(share * widest));

/** Signal (dB), less what copies would bring for as many more arrays or conversions. */
function worth({ snr, arrays, conversions }: RemedyEstimate, than: RemedyEstimate): number {
  return snr - decibels(Math.max(1, arrays / than.arrays, conversions / than.conversions));
}

/** The first that is hardly worse than the best. */
function cheapest(estimates: readonly RemedyEstimate[]): RemedyEstimate {
  const best = Math.max(...estimates.map(({ snr }) => snr));
  return estimates.find(({ snr }) => snr >= best - worthwhile) ?? estimates[0]!;
}

/** One after the other: what some of them have in common is done once. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  find: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await find(item));
  return results;
}
