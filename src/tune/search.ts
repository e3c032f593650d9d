/**
 * The search itself: which mappings are measured, in which order, and which one is taken. It knows nothing of chips: what a
 * mapping is expected to lose is told by `expect`, and what it costs and loses by `measure`.
 */
import type { Choices } from './path.ts';

/** What the search needs to know of a measured mapping. */
export interface Measured {
  /** Whether it may be chosen: it meets the bound. */
  readonly met: boolean;
  /** Whether it takes no more arrays than there may be. */
  readonly fits: boolean;
  /** Points of accuracy lost. */
  readonly drop: number;
  /** Energy of the output's error: of what costs the same, the one with less is taken. */
  readonly noise: number;
  readonly cost: number;
}

export interface Tried<M> {
  /** Why it was tried. */
  readonly why: Why;
  readonly choices: Choices;
  readonly measured: M;
  /** The same mapping on other chips; only of those that were about to be chosen. */
  readonly confirmed?: M;
}

/** How a mapping is judged. */
interface Measures<M> {
  /** What a mapping is expected to cost, in any unit. */
  readonly costOf: (choices: Choices) => number;
  /** Points that a mapping is expected to lose, by all that was measured until then. */
  readonly expect: (choices: Choices) => number;
  readonly measure: (choices: Choices, why: Why) => Promise<M>;
  /** On chips that the search has not seen. */
  readonly confirm: (choices: Choices) => Promise<M>;
  /** Whether it is so clear that a mapping that was measured meets the bound that no other chips are asked. */
  readonly isClear: (measured: M) => boolean;
  /** Whether there is time to measure a mapping, or to confirm it. */
  readonly allows: (what: 'measure' | 'confirm', choices: Choices) => boolean;
}

interface Bounds {
  /** Most points that may be lost. */
  readonly most: number;
  /** Points that estimates are not trusted to tell apart. */
  readonly blur: number;
}

export type Why = 'as given' | 'expected to do' | 'more exact' | 'cheaper';

export interface SearchResult<M> {
  /** In the order of the measurements; the mapping as given comes first. */
  readonly tried: readonly Tried<M>[];
  /** The cheapest that meets the bound, also on other chips, unless time was over before that; undefined where none does. */
  readonly chosen: Tried<M> | undefined;
  /** The one that loses least, of those that fit. */
  readonly best: Tried<M>;
}

/** Share of the path that a miss leads on by at least, so that estimates that hope too much are soon left behind. */
const leastStep = 0.25;

/**
 * Measures the mapping as given, then the cheapest of the path that is expected to meet the bound; where it does not, a more exact
 * one, by estimates that the measurement has corrected; where it does, a cheaper one, if that is expected to do or to miss the bound
 * by less than estimates can tell. Loss need not fall with every step: of all mappings that were measured, the cheapest
 * that meets the bound is chosen, if it meets it on other chips too: few chips may be lucky ones. Where none does, the search
 * goes on with more exact ones.
 * @param given the mapping that the options describe
 * @param path mappings from the cheapest to the most exact
 */
export async function search<M extends Measured>(
  given: Choices,
  path: readonly Choices[],
  { most, blur }: Bounds,
  { costOf, expect, measure, confirm, isClear, allows }: Measures<M>,
): Promise<SearchResult<M>> {
  const tried = new Map<string, Tried<M>>();
  const met = async (why: Why, choices: Choices): Promise<boolean> => {
    const key = choices.join();
    const known = tried.get(key) ?? { why, choices, measured: await measure(choices, why) };
    tried.set(key, known);
    return known.measured.met;
  };

  const asGiven = await met('as given', given);

  /**
   * What lies at or below `missed` misses the bound; what lies at or above `found` meets it, or is not needed.
   * @returns whether there was time for all of it
   */
  const walk = async (missed: number, found: number, any: boolean, first: Why): Promise<boolean> => {
    let why = first;
    while (found - missed > 1) {
      const between = Array.from({ length: found - missed - 1 }, (_, i) => missed + 1 + i);
      const losses = between.map((at) => expect(path[at]!));
      const least = Math.min(...losses);
      if (any && least > most + blur) break;
      // What is expected to lose more than a mapping that missed the bound is none to try.
      const enough = Math.max(most, least + (any ? 0 : blur));
      const wanted = asGiven ? enough : Math.max(least, Math.min(enough, expect(given)));
      const expected = between[losses.findIndex((loss) => loss <= wanted)]!;
      const onward = Math.min(found - 1, missed + Math.ceil(leastStep * (found - missed)));
      const at = why === 'more exact' ? Math.max(expected, onward) : expected;
      if (!tried.has(path[at]!.join()) && !allows('measure', path[at]!)) return false;
      if (await met(why, path[at]!)) [found, any, why] = [at, true, 'cheaper'];
      else [missed, why] = [at, 'more exact'];
    }
    return true;
  };

  /** The cheapest that also does on other chips. */
  const choose = async (): Promise<Tried<M> | undefined> => {
    for (const [key, candidate] of [...tried].sort(([, a], [, b]) => cheaperFirst(a, b))) {
      if (!candidate.measured.met || candidate.confirmed) continue;
      if (isClear(candidate.measured) || !allows('confirm', candidate.choices)) return candidate;
      const confirmed = { ...candidate, confirmed: await confirm(candidate.choices) };
      tried.set(key, confirmed);
      if (confirmed.confirmed.met) return confirmed;
    }
    return undefined;
  };

  const dearer = path.findIndex((choices) => asGiven && costOf(choices) >= costOf(given));
  let hasTime = await walk(-1, dearer < 0 ? path.length : dearer, asGiven, 'expected to do');
  let chosen = await choose();
  for (let most = -1; !chosen && hasTime; chosen = await choose()) {
    const measured = path.findLastIndex((choices) => tried.has(choices.join()));
    if (measured === most || measured === path.length - 1) break;
    most = measured;
    hasTime = await walk(measured, path.length, false, 'more exact');
  }
  const all = [...tried.values()];
  const fitting = all.filter(({ measured }) => measured.fits);
  return { tried: all, chosen, best: fitting.toSorted(byDrop)[0] ?? all[0]! };
}

/** By the loss over all chips, then by the error of the outputs. */
const byDrop = (a: Tried<Measured>, b: Tried<Measured>) =>
  dropOf(a) - dropOf(b) || a.measured.noise - b.measured.noise;

function dropOf({ measured, confirmed }: Tried<Measured>): number {
  return confirmed ? (measured.drop + confirmed.drop) / 2 : measured.drop;
}

const cheaperFirst = (a: Tried<Measured>, b: Tried<Measured>) =>
  a.measured.cost - b.measured.cost || a.measured.noise - b.measured.noise;
