/** Batches of images through chip and reference, in any thread: signal and noise of every tapped value. */
import { withReading } from '../lower/noise.ts';
import { openSession } from '../runtime/session.ts';
import type { Job } from '../threads/pool.ts';
import type { ImageBatch } from './infer-job.ts';
import { addSignal, type SignalAndNoise, silence } from './metrics.ts';

interface LayersContext {
  /** Encoded, with the taps among their outputs. */
  readonly ideal: Uint8Array;
  readonly mapped: Uint8Array;
  readonly taps: readonly string[];
  /** By tap, what counts the conversions; undefined where a layer is exact. */
  readonly counts: readonly (string | undefined)[];
}

export interface LayerSums extends SignalAndNoise {
  /** Conversions that saturate, of all; none are counted where a layer is exact. */
  readonly saturated: number;
  readonly conversions: number;
}

/** Gives one sum per tap. */
export const job: Job<LayersContext, ImageBatch, readonly LayerSums[]> = {
  module: import.meta.url,
  async open({ ideal, mapped, taps, counts }) {
    const wantedOfChip = [...taps, ...counts.flatMap((name) => name ?? [])];
    const reference = await openSession(ideal, { threads: 1 });
    const chip = await openSession(mapped, { threads: 1 });
    return {
      async run({ samples, size, feeds }) {
        const wanted = await reference.run(feeds, taps);
        const got = await chip.run(withReading(chip, feeds, samples, size), wantedOfChip);
        return taps.map((tap, i) => {
          const [saturated = 0, conversions = 0] = (got[counts[i] ?? '']?.data ?? []) as Float32Array;
          const noise = addSignal(silence, wanted[tap]!.data as Float32Array, got[tap]!.data as Float32Array);
          return { ...noise, saturated, conversions };
        });
      },
      async close() {
        await chip.release();
        await reference.release();
      },
    };
  },
};
