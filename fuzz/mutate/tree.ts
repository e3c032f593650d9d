/**
 * Mutations of plain data, such as JSON and protobuf messages: values change, and parts are left out, doubled, exchanged,
 * or put in from other data, where they stood under the same name.
 */
import type { Random } from '../random.ts';

export type Fields = Record<string, unknown>;

/** What becomes of a value that has no parts. */
export type MutateLeaf = (random: Random, name: string, value: unknown) => unknown;

/** A value and where it stands: changing it means assigning `holder[key]`. */
interface Place {
  readonly holder: Fields | unknown[];
  readonly key: string | number;
  /** Name of the field, or of the list's. */
  readonly name: string;
}

export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !isLong(value)
  );
}

/** A 64-bit integer as protobufjs reads it. */
export function isLong(value: unknown): value is { toNumber(): number } {
  return typeof value === 'object' && value !== null && 'toNumber' in value;
}

/** Whether a list holds numbers alone: it is mutated as one value. */
function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 4 && value.every((item) => typeof item === 'number');
}

function hasParts(value: unknown): value is Fields | unknown[] {
  return isFields(value) || (Array.isArray(value) && !isNumbers(value));
}

function placesIn(root: unknown, name = ''): Place[] {
  if (!hasParts(root)) return [];
  if (Array.isArray(root))
    return root.flatMap((value, key) => [{ holder: root, key, name }, ...placesIn(value, name)]);
  return Object.keys(root).flatMap((key) => [{ holder: root, key, name: key }, ...placesIn(root[key], key)]);
}

const valueAt = ({ holder, key }: Place): unknown => (holder as Fields)[key];

/**
 * Makes one mutation in `root` itself.
 * @param donors other data, whose parts may be put into it
 * @param leaf mutates values without parts, and lists of numbers
 */
export function mutateTree(
  random: Random,
  root: unknown,
  donors: readonly unknown[],
  leaf: MutateLeaf,
): void {
  const places = placesIn(root);
  if (places.length === 0) return;
  const place = random.pick(places);
  const value = valueAt(place);
  const put = (replacement: unknown): void => {
    (place.holder as Fields)[place.key] = replacement;
  };
  const { holder, key, name } = place;
  const ways: readonly (() => void)[] =
    !hasParts(value) && random.chance(0.6)
      ? [() => put(leaf(random, name, value))]
      : [
          () => remove(holder, key),
          () => (Array.isArray(holder) ? repeat(random, holder, Number(key)) : remove(holder, key)),
          () => exchange(random, place, places),
          () => put(donated(random, donors, name) ?? value),
          () => insert(random, place, donors),
        ];
  random.pick(ways)();
}

function remove(holder: Fields | unknown[], key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function repeat(random: Random, list: unknown[], at: number): void {
  const copies = random.chance(0.9) ? 1 : 40;
  list.splice(at, 0, ...Array<unknown>(copies).fill(list[at]));
}

/** Exchanges two values of the same name, neither of which is part of the other. */
function exchange(random: Random, place: Place, places: readonly Place[]): void {
  const others = places.filter(({ name, holder }) => name === place.name && holder === place.holder);
  const other = random.pick(
    others.length > 1 ? others : places.filter((p) => p.name === place.name && !hasParts(valueAt(p))),
  );
  if (!other || (hasParts(valueAt(place)) && other.holder !== place.holder)) return;
  const [a, b] = [valueAt(place), valueAt(other)];
  (place.holder as Fields)[place.key] = b;
  (other.holder as Fields)[other.key] = a;
}

/** A value that stands under this name in other data. */
function donated(random: Random, donors: readonly unknown[], name: string): unknown {
  if (donors.length === 0) return undefined;
  const fitting = placesIn(random.pick(donors)).filter((p) => p.name === name);
  return fitting.length > 0 ? valueAt(random.pick(fitting)) : undefined;
}

/** Another item of a list, or a field that other data has in such a place. */
function insert(random: Random, { holder, key, name }: Place, donors: readonly unknown[]): void {
  if (Array.isArray(holder)) {
    const item = donated(random, donors, name);
    if (item !== undefined && !Array.isArray(item)) holder.splice(Number(key), 0, item);
    return;
  }
  if (donors.length === 0) return;
  const similar = placesIn(random.pick(donors)).filter((p) => p.name === key && isFields(p.holder));
  if (similar.length === 0) return;
  const { holder: donor } = random.pick(similar);
  for (const [field, value] of Object.entries(donor))
    if (!Object.hasOwn(holder, field)) holder[field] = value;
}

/** Another list of numbers: one of them changed, or more or fewer of them. */
export function mutateNumbers(
  random: Random,
  numbers: readonly number[],
  change: (value: number) => number,
): number[] {
  const at = random.below(numbers.length);
  switch (random.below(4)) {
    case 0:
      return numbers.slice(0, at);
    case 1:
      return [...numbers, ...numbers.slice(at)];
    case 2:
      return numbers.map(() => change(numbers[at]!));
    default:
      return numbers.map((value, i) => (i === at ? change(value) : value));
  }
}
