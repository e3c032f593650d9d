/** How much memory a file may ask for: what it unpacks to, and what one sample of it takes. */
import { dataTooLarge } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { sizeOf } from '../math/tensor.ts';

/** Bytes, where nothing else is said. */
export const defaultDataLimit = 2 ** 29;
/** What one array of this runtime can hold. */
export const largestDataLimit = 2 ** 32;

/** Raises dataTooLarge where `bytes` are more than the limit. @param what takes them, for the diagnostic */
export function checkLimit(place: string, what: string, bytes: number, limit: number): void {
  if (bytes > limit) throw new DiagnosticError([dataTooLarge(place, what, bytes, limit)]);
}

/** Bytes in memory of a sample as it is read: other elements than bytes become doubles. */
export function storedBytes(dims: readonly number[], bytes: boolean): number {
  return sizeOf(dims) * (bytes ? 1 : 8);
}
