/** The names that somebody gave to the fields of a group -> the fields that they are, misspelt ones among them. */
import { editDistance } from '../text/near-names.ts';

export interface Keys {
  /** Known name -> name that was written. */
  readonly written: ReadonlyMap<string, string>;
  /** Written names that no field has, with the field that is meant where it is not there under its own name. */
  readonly unknown: ReadonlyMap<string, string | undefined>;
}

/** A misspelt name takes the nearest of the names that are not there; each is taken once. */
export function matchKeys(given: readonly string[], known: readonly string[]): Keys {
  const written = new Map(known.filter((name) => given.includes(name)).map((name) => [name, name]));
  const unknown = new Map<string, string | undefined>();
  for (const key of given.filter((name) => !known.includes(name))) {
    const meant = nearest(
      key,
      known.filter((name) => !written.has(name)),
    );
    if (meant !== undefined) written.set(meant, key);
    unknown.set(key, meant);
  }
  return { written, unknown };
}

/** The name from which at most two letters, and at most half of all, differ. */
export function nearest(key: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => {
    const most = Math.min(2, Math.floor(Math.max(key.length, name.length) / 2));
    if (Math.abs(key.length - name.length) > most) return { name, distance: Number.POSITIVE_INFINITY };
    const distance = editDistance(key.toLowerCase(), name.toLowerCase());
    return { name, distance: distance <= most ? distance : Number.POSITIVE_INFINITY };
  });
  const [first] = distances.sort((a, b) => a.distance - b.distance);
  return first && Number.isFinite(first.distance) ? first.name : undefined;
}
