/** Batches of images through chip and reference, in any thread: signal and noise of every tapped value. */
import { withReading } from '../lower/noise.ts';
import type { Job } from '../pool.ts';
import { openSession } from '../runtime/session.ts';
import type { ImageBatch } from './infer-job.ts';
import { addSignal, type SignalAndNoise, silence } from './metrics.ts';

export interface LayersContext {
  /** Encoded, with the taps among their outputs. */
  readonly ideal: Uint8Array;
  readonly mapped: Uint8Array;
  readonly input: string;
  readonly taps: readonly string[];
}

/** Gives one sum per tap. */
export const job: Job<LayersContext, ImageBatch, readonly SignalAndNoise[]> = {
  module: import.meta.url,
  async open({ ideal, mapped, input, taps }) {
    const reference = await openSession(ideal, { preciseIntegers: true, threads: 1 });
    const chip = await openSession(mapped, { threads: 1 });
    return {
      async run({ first, tensor }) {
        const wanted = await reference.run({ [input]: tensor }, taps);
        const got = await chip.run(withReading(chip, { [input]: tensor }, first), taps);
        return taps.map((tap) =>
          addSignal(silence, wanted[tap]!.data as Float32Array, got[tap]!.data as Float32Array),
        );
      },
      async close() {
        await chip.release();
        await reference.release();
      },
    };
  },
};
