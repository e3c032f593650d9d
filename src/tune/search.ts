/**
 * The search itself: which mappings are measured, in which order, and which one is taken. It knows nothing of chips: what a
 * mapping costs and loses is told by `measure`.
 */
import { mappingAfter, type Path } from './path.ts';

/** By layer: the number of its candidate, or that it stays off the crossbars. */
export type Assignment = readonly (number | 'digital')[];

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
  /** Share of the multiplications that stay digital. */
  readonly digital: number;
  /** Of what is on crossbars. */
  readonly cost: number;
}

export interface Tried<M> {
  /** Why it was tried. */
  readonly why: Why;
  readonly assignment: Assignment;
  readonly measured: M;
  /** The same mapping on other chips; only of those that were about to be chosen. */
  readonly confirmed?: M;
}

/** How a mapping is measured. */
interface Measures<M> {
  readonly measure: (assignment: Assignment, why: Why) => Promise<M>;
  /** On chips that the search has not seen. */
  readonly confirm: (assignment: Assignment) => Promise<M>;
  /** Whether the time is over: nothing more is measured then. */
  readonly isOver: () => boolean;
}

export type Why = 'as given' | 'most exact' | 'cheapest' | 'in between' | 'digital layers';

export interface SearchResult<M> {
  /** In the order of the measurements; the mapping as given comes first. */
  readonly tried: readonly Tried<M>[];
  /** The cheapest that meets the bound, also on other chips, unless time was over before that; undefined where none does. */
  readonly chosen: Tried<M> | undefined;
  /** The one that loses least, of those that fit. */
  readonly best: Tried<M>;
}

/**
 * Measures the mapping as given, then the most exact one. Where that meets the bound, bisection finds the shortest part of
 * the path that does; where it does not, first the fewest digital layers with which it does. Loss need not fall with every
 * step: of all mappings that were measured, the cheapest that meets the bound is chosen (fewest digital multiplications
 * first) if it meets it on other chips too: few chips may be lucky ones. Needs about 2 + log2(steps) measurements, and twice
 * as many with digital layers.
 * @param given the mapping that the options describe
 * @param digital layers that may stay digital, in the order in which they should
 */
export async function search<M extends Measured>(
  given: Assignment,
  path: Path,
  digital: readonly number[],
  { measure, confirm, isOver }: Measures<M>,
): Promise<SearchResult<M>> {
  const tried = new Map<string, Tried<M>>();
  const met = async (why: Why, assignment: Assignment): Promise<boolean> => {
    const key = assignment.join();
    if (!tried.has(key) && tried.size > 0 && isOver()) return false;
    const known = tried.get(key) ?? { why, assignment, measured: await measure(assignment, why) };
    tried.set(key, known);
    return known.measured.met;
  };
  const last = path.steps.length;
  const mapping = (steps: number, offChip: number): Assignment => {
    const off = new Set(digital.slice(0, offChip));
    return mappingAfter(path, steps).map((candidate, layer) => (off.has(layer) ? 'digital' : candidate));
  };

  await met('as given', given);
  let offChip = 0;
  let possible = await met('most exact', mapping(last, 0));
  if (!possible && digital.length > 0) {
    possible = await met('digital layers', mapping(last, digital.length));
    if (possible)
      offChip = await firstMet(0, digital.length, (count) => met('digital layers', mapping(last, count)));
  }
  if (possible && last > 0 && !(await met('cheapest', mapping(0, offChip))))
    await firstMet(0, last, (steps) => met('in between', mapping(steps, offChip)));

  let chosen: Tried<M> | undefined;
  for (const [key, candidate] of [...tried].sort(([, a], [, b]) => cheaperFirst(a, b))) {
    if (!candidate.measured.met) continue;
    if (isOver()) {
      chosen = candidate;
      break;
    }
    const confirmed = { ...candidate, confirmed: await confirm(candidate.assignment) };
    tried.set(key, confirmed);
    if (!confirmed.confirmed.met) continue;
    chosen = confirmed;
    break;
  }
  const all = [...tried.values()];
  const fitting = all.filter(({ measured }) => measured.fits);
  return { tried: all, chosen, best: fitting.toSorted(byDrop)[0] ?? all[0]! };
}

/** The smallest count that is met, given that `missed` is not and `found` is. */
async function firstMet(missed: number, found: number, met: (count: number) => Promise<boolean>) {
  let [low, high] = [missed, found];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await met(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** By the loss over all chips, then by the error of the outputs. */
const byDrop = (a: Tried<Measured>, b: Tried<Measured>) =>
  dropOf(a) - dropOf(b) || a.measured.noise - b.measured.noise;

function dropOf({ measured, confirmed }: Tried<Measured>): number {
  return confirmed ? (measured.drop + confirmed.drop) / 2 : measured.drop;
}

const cheaperFirst = (a: Tried<Measured>, b: Tried<Measured>) =>
  a.measured.digital - b.measured.digital ||
  a.measured.cost - b.measured.cost ||
  a.measured.noise - b.measured.noise;
