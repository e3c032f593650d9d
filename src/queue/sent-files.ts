/** Files that the submitter has put where workers find them: there when a task is put into the queue, and gone at the end. */
import type { BlobStore } from './blobs.ts';

export interface SentFiles {
  /** Puts those there that are not. */
  send(hashes: readonly string[]): Promise<void>;
  /** The same for what was there already and is damaged. */
  replace(hashes: readonly string[]): Promise<void>;
  /**
   * Now and then: puts those there again that are in use and gone, and removes others.
   * @param alone whether no other submitter may need them
   */
  refresh(inUse: ReadonlySet<string>, alone: boolean): Promise<void>;
  removeAll(): Promise<void>;
}

/** A file that is not in use goes after this time (ms): the next tasks may be of the same package. */
const idleFor = 60_000;

export function sentFiles(blobs: BlobStore, pathOf: (sha256: string) => Promise<string>): SentFiles {
  /** When each was in use last (ms of `performance.now()`). */
  const sent = new Map<string, number>();
  const put = async (sha256: string) => blobs.put(sha256, await pathOf(sha256));
  return {
    async send(hashes) {
      for (const sha256 of new Set(hashes)) {
        if (!sent.has(sha256) && !(await blobs.has(sha256))) await put(sha256);
        sent.set(sha256, performance.now());
      }
    },
    async replace(hashes) {
      for (const sha256 of hashes) await put(sha256);
    },
    async refresh(inUse, alone) {
      const now = performance.now();
      for (const [sha256, used] of sent) {
        if (inUse.has(sha256)) {
          sent.set(sha256, now);
          if (!(await blobs.has(sha256))) await put(sha256);
        } else if (alone && now - used > idleFor) {
          await blobs.remove(sha256);
          sent.delete(sha256);
        }
      }
    },
    async removeAll() {
      for (const sha256 of sent.keys()) await blobs.remove(sha256);
    },
  };
}
