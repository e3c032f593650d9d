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
import { layoutsFor, shares, windowsWithin } from './wire-layouts.ts';

/** What more signal is worth (dB). */
const worthwhile = 1;

/** How far arrays are filled, or driven at once: by number among what is tried. */
interface Fill {
  readonly row: number;
  readonly column: number;
}

/** The best window of a fill. */
interface Found extends Fill {
  readonly best: RemedyEstimate;
  /** Share of all of it. */
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
  const remedyOf = (how: Remedy['wireCorrection'], fill: Fill, share: number): Remedy => ({
    wireCorrection: how,
    rowOrder: rowOrder ?? (how === 'none' ? 'given' : 'magnitude'),
    ...defined({ window: share === 1 ? window : share }),
    ...rows[fill.row],
    ...columns[fill.column],
  });
  const estimate = async (remedy: Remedy) => {
    const found = await estimates.estimate(remedy);
    tried.push(found);
    return found;
  };
  const choice = (taken: RemedyEstimate): WireChoice => ({ taken, tried });

  const all = { row: 0, column: 0 };
  const none = await estimate(remedyOf('none', all, window ?? 1));
  const enough = none.unwired - worthwhile;
  if (none.over === 0 && none.snr >= enough) return choice(none);

  const fixed = whole.target.hidden ? (window ?? 1) : window;
  const within = async (fill: Fill): Promise<readonly number[]> => {
    const over = async (share: number) => (await estimates.price(remedyOf('levels', fill, share))).over;
    if (fixed === undefined) return windowsWithin(over);
    return (await over(fixed)) === 0 ? [fixed] : [];
  };
  let start: Fill | undefined;
  for (let row = 0; row < rows.length && !start; row++)
    if ((await within({ row, column: 0 })).length > 0) start = { row, column: 0 };
  // Where nothing is within the limits, the choice is for the signal alone.
  const windowsOf = (fill: Fill) => (start ? within(fill) : fixed === undefined ? shares : [fixed]);

  /** From the window on that is closest to one, towards narrower or wider ones, as long as the next is better. */
  const climb = async (
    how: Remedy['wireCorrection'],
    fill: Fill,
    from: number,
  ): Promise<Found | undefined> => {
    const windows = await windowsOf(fill);
    const first = windows.findIndex((share) => share <= from);
    let top: Found | undefined;
    const tryAt = async (at: number) => {
      const share = windows[at];
      if (share === undefined) return false;
      const best = await estimate(remedyOf(how, fill, share));
      if (top && best.snr <= top.best.snr) return false;
      top = { ...fill, window: share, best };
      return true;
    };
    const begin = first < 0 ? windows.length - 1 : first;
    await tryAt(begin);
    let at = begin - 1;
    while (await tryAt(at)) at--;
    // Narrower ones pay where wires take something.
    if (at === begin - 1)
      for (at = begin + 1; top && top.best.unwired - top.best.snr >= 2 * worthwhile && (await tryAt(at)); )
        at++;
    return top;
  };
  const gains = (await climb('gains', start ?? all, 1))!;
  if (gains.best.snr >= enough) return choice(gains.best);
  // Levels that make up for more of the wires stand a wider window.
  const how = whole.target.hidden ? 'gains' : 'levels';
  const first = how === 'gains' ? gains : (await climb('levels', gains, gains.window))!;

  /** Fills less as long as it is worth it: rows or columns, whichever brings more. */
  const fillLess = async (at: Found, taken: RemedyEstimate): Promise<RemedyEstimate> => {
    if (taken.snr >= enough) return taken;
    const { row, column } = at;
    const less = [
      { row: row + 1, column },
      // A wider window that loads the wires more may pay two steps on.
      { row: row + 2, column },
      { row, column: column + 1 },
    ].filter((next) => next.row < rows.length && next.column < columns.length);
    const found = (await inTurn(less, (next) => climb(how, next, at.window))).filter(isFound);
    const [next] = found
      .filter(({ best }) => best.snr > taken.snr + Math.max(worthwhile, costOf(best, taken)))
      .toSorted((a, b) => costOf(a.best, b.best) - a.best.snr + b.best.snr);
    return next ? fillLess(next, next.best) : taken;
  };
  const simple = none.over === 0 || !start ? [none, gains.best] : [gains.best];
  return choice(await fillLess(first, cheapest([...simple, first.best])));
}

const isFound = (found: Found | undefined): found is Found => found !== undefined;

/** Signal (dB) that copies would bring for as many more arrays or conversions. */
function costOf({ arrays, conversions }: RemedyEstimate, than: RemedyEstimate): number {
  return decibels(Math.max(1, arrays / than.arrays, conversions / than.conversions));
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
