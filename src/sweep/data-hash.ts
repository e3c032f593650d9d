/** Images and their labels -> one hash, by which whoever has the data elsewhere tells that they are the same. */
import type { Dataset } from '../data/dataset.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';

/**
 * @param samples SHA-256 of every image, in order
 * @param labels of these, as they are stored; undefined where there are none
 */
export function dataHash(samples: readonly string[], labels: ArrayLike<number> | undefined): string {
  return sha256(canonicalJson({ samples, labels: labels && Array.from(labels) }));
}

/** Labels of some samples of the data. */
export function labelsOf(
  { labels }: Pick<Dataset, 'labels'>,
  indices: readonly number[],
): number[] | undefined {
  return labels && indices.map((index) => labels[index]!);
}
