/** Images and their labels -> one hash, by which whoever has the data elsewhere tells that they are the same. */
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';

/**
 * @param samples SHA-256 of every image, in order
 * @param targets right class of each; undefined without labels
 */
export function dataHash(samples: readonly string[], targets: ArrayLike<number> | undefined): string {
  return sha256(canonicalJson({ samples, targets: targets && Array.from(targets) }));
}
