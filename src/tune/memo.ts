/** Results of one run over those that a store keeps: asked twice, they are neither computed nor read twice. */
import { canonicalJson } from '../files/canonical-json.ts';
import type { ResultStore } from '../files/result-store.ts';

export function withMemory(store: ResultStore): ResultStore {
  const known = new Map<string, unknown>();
  const keyOf = (kind: string, of: unknown) => canonicalJson({ kind, of });
  return {
    async recall<R>(kind: string, of: unknown) {
      const key = keyOf(kind, of);
      const result = known.get(key) ?? (await store.recall(kind, of));
      if (result !== undefined) known.set(key, result);
      return result as R | undefined;
    },
    keep(kind, of, result) {
      known.set(keyOf(kind, of), result);
      return store.keep(kind, of, result);
    },
  };
}

/** The last few values by key, made when they are asked for: packages and chips are large. */
export function lastFew<V>(most: number): (key: string, make: () => Promise<V>) => Promise<V> {
  const kept = new Map<string, Promise<V>>();
  return (key, make) => {
    const value = kept.get(key) ?? make();
    kept.delete(key);
    kept.set(key, value);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return value;
  };
}
