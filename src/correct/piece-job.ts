/**
 * A piece of the network on the chip, and the same of its integer reference, up to the outputs of a layer: what comes out of both,
 * sample by sample, in any thread, and how the outputs of the two compare.
 */
import type { Tensor } from '../math/tensor.ts';
import { openSession, type Session } from '../runtime/session.ts';
import type { Job } from '../threads/pool.ts';
import { type OutputLayout, type OutputSums, sumOutputs } from './output-sums.ts';

export type Values = Readonly<Record<string, Tensor>>;

export interface Both<T> {
  readonly chip: T;
  readonly reference: T;
}

interface PieceContext {
  /** Encoded. */
  readonly models: Both<Uint8Array>;
  /** Name of the layer's output. */
  readonly output: string;
  readonly layout: OutputLayout;
}

interface PieceResult {
  readonly made: Both<Values>;
  /** Undefined where the layer's outputs on the chip are not of the size that they should have. */
  readonly sums: OutputSums | undefined;
}

export const job: Job<PieceContext, Both<Values>, PieceResult> = {
  module: import.meta.url,
  async open({ models, output, layout }) {
    const chip = await openSession(models.chip, { threads: 1 });
    const reference = await openSession(models.reference, { threads: 1 });
    return {
      async run(given) {
        const made = {
          chip: await runOn(chip, given.chip),
          reference: await runOn(reference, given.reference),
        };
        return { made, sums: sumOutputs(layout, made.reference[output]!, made.chip[output]!) };
      },
      async close() {
        await chip.release();
        await reference.release();
      },
    };
  },
};

function runOn(session: Session, values: Values): Promise<Values> {
  return session.run(Object.fromEntries(session.inputs.map((name) => [name, values[name]!])));
}
