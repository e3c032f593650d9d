/**
 * What is wished for every layer, by name -> few entries of an options file that say so: names that are alike but for their numbers
 * share a pattern, and what it matches besides has an entry of its own after it.
 */
import type { CompileOptions, LayerOptions } from '../ir/options.ts';
import { patternMatcher, patternOf } from '../text/name-pattern.ts';

/** An entry of `layers`. */
export type LayerEntry = CompileOptions['layers'][number];

/** A layer, with every field that anything changes as it is without an entry, and as it shall be. */
export interface Wish {
  readonly name: string;
  readonly given: LayerOptions;
  readonly wanted: LayerOptions;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of the layers that a pattern matches, those at most may be other ones than it is for. */
const mostOthers = 0.5;

export function entriesFor(wishes: readonly Wish[]): readonly LayerEntry[] {
  const groups = groupsBy(wishes, (wish) => JSON.stringify([changes(wish), templateOf(wish.name)]));
  const shared = groups
    .filter(([first]) => Object.keys(changes(first!)).length > 0)
    .flatMap((group) => sharedEntries(group, wishes));
  // Of what matches several, the one that is for more comes first.
  const patterns = shared.toSorted((a, b) => b.count - a.count).map(({ entry }) => entry);
  return [...patterns, ...wishes.flatMap((wish) => ownEntry(wish, patterns))];
}

/** Fields that are to be other than they are. */
function changes({ given, wanted }: Wish): Fields {
  return differing(wanted, given);
}

function differing(wanted: LayerOptions, than: LayerOptions): Fields {
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => Reflect.get(than, field) !== value),
  );
}

interface SharedEntry {
  readonly entry: LayerEntry;
  /** Layers that it is for. */
  readonly count: number;
}

/** @param group of one wish and one template */
function sharedEntries(group: readonly Wish[], all: readonly Wish[]): SharedEntry[] {
  if (group.length === 1) return [];
  const pattern = patternFor(group.map(({ name }) => name));
  const matches = patternMatcher(pattern);
  const others = all.filter((wish) => matches(wish.name) && !group.includes(wish));
  if (others.length <= mostOthers * group.length)
    return [{ entry: { match: pattern, ...changes(group[0]!) }, count: group.length }];
  return partsOf(group).flatMap((part) => sharedEntries(part, all));
}

/** What the patterns leave to be said of a layer. */
function ownEntry({ name, given, wanted }: Wish, patterns: readonly LayerEntry[]): LayerEntry[] {
  const matching = patterns.filter(({ match }) => patternMatcher(match)(name));
  const { match: _, ...said }: LayerEntry = Object.assign({}, ...matching);
  const left = differing(wanted, { ...given, ...said });
  return Object.keys(left).length === 0 ? [] : [{ match: patternOf(name), ...left }];
}

const numbers = /\d+/g;

const templateOf = (name: string): string => name.replace(numbers, '0');

const numbersOf = (name: string): readonly string[] => name.match(numbers) ?? [];

/** @param names of one template */
function patternFor(names: readonly string[]): string {
  const all = names.map(numbersOf);
  let at = 0;
  return patternOf(names[0]!).replace(numbers, () => {
    const values = new Set(all.map((own) => own[at]));
    at++;
    return values.size === 1 ? [...values][0]! : '*';
  });
}

/** The group by the number that takes the fewest values in it. */
function partsOf(group: readonly Wish[]): readonly (readonly Wish[])[] {
  const count = numbersOf(group[0]!.name).length;
  const splits = Array.from({ length: count }, (_, at) =>
    groupsBy(group, ({ name }) => numbersOf(name)[at]!),
  ).filter((parts) => parts.length > 1);
  return splits.toSorted((a, b) => a.length - b.length)[0] ?? group.map((wish) => [wish]);
}

function groupsBy(wishes: readonly Wish[], keyOf: (wish: Wish) => string): readonly (readonly Wish[])[] {
  const groups = new Map<string, Wish[]>();
  for (const wish of wishes) {
    const key = keyOf(wish);
    const group = groups.get(key);
    if (group) group.push(wish);
    else groups.set(key, [wish]);
  }
  return [...groups.values()];
}
