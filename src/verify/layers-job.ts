/**
 * Batches of images through chip and reference, in any thread: signal and noise of every layer's output where the chip runs as a
 * whole, and where each of its layers is given what the reference gives it.
 */
import { withReading } from '../lower/noise.ts';
import type { Tensor } from '../math/tensor.ts';
import { openSession } from '../runtime/session.ts';
import { givenAs } from '../simulate/layers-apart.ts';
import type { Job } from '../threads/pool.ts';
import type { ImageBatch } from './infer-job.ts';
import { addSignal, type SignalAndNoise, silence } from './metrics.ts';

interface LayersContext {
  /** Encoded, with the taps among their outputs, and in the reference the inputs too. */
  readonly ideal: Uint8Array;
  readonly mapped: Uint8Array;
  /** The chip's layers, each by itself. */
  readonly apart: Uint8Array;
  /** Values that layers are given and that the model is not fed. */
  readonly inputs: readonly string[];
  readonly taps: readonly string[];
  /** By tap, what counts the conversions; undefined where a layer is exact. */
  readonly counts: readonly (string | undefined)[];
}

export interface LayerSums extends SignalAndNoise {
  /** What the layer itself adds, of `noise`: its own where all others are the reference. */
  readonly ownNoise: number;
  /** Conversions that saturate, of all; none are counted where a layer is exact. */
  readonly saturated: number;
  readonly conversions: number;
}

/** Gives one sum per tap. */
export const job: Job<LayersContext, ImageBatch, readonly LayerSums[]> = {
  module: import.meta.url,
  async open({ ideal, mapped, apart, inputs, taps, counts }) {
    const wantedOfChip = [...taps, ...counts.flatMap((name) => name ?? [])];
    const reference = await openSession(ideal, { threads: 1 });
    const chip = await openSession(mapped, { threads: 1 });
    const alone = await openSession(apart, { threads: 1 });
    return {
      async run({ samples, size, feeds }) {
        const wanted = await reference.run(feeds, [...new Set([...taps, ...inputs])]);
        const got = await chip.run(withReading(chip, feeds, samples, size), wantedOfChip);
        const given = { ...feeds, ...wanted };
        const own = await alone.run(withReading(alone, givenTo(alone, given), samples, size), taps);
        return taps.map((tap, i) => {
          const [saturated = 0, conversions = 0] = (got[counts[i] ?? '']?.data ?? []) as Float32Array;
          const noiseOf = (outputs: typeof got) =>
            addSignal(silence, wanted[tap]!.data as Float32Array, outputs[tap]!.data as Float32Array);
          return { ...noiseOf(got), ownNoise: noiseOf(own).noise, saturated, conversions };
        });
      },
      async close() {
        await alone.release();
        await chip.release();
        await reference.release();
      },
    };
  },
};

/** What layers that stand by themselves are fed. */
function givenTo(
  { inputs }: { readonly inputs: readonly string[] },
  values: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const known = Object.entries(values).map(([name, tensor]) => [givenAs(name), tensor] as const);
  return Object.fromEntries(known.filter(([name]) => inputs.includes(name)));
}
