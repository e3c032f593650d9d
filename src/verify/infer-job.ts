/**
 * Batches of images through models, in any thread. A session has one thread of its own: with several, onnxruntime splits
 * products in other places, and float sums could come out differently.
 */
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { withReading } from '../lower/noise.ts';
import { type Tensor, toDoubles } from '../math/tensor.ts';
import type { Device } from '../runtime/device.ts';
import { openSession, type Session } from '../runtime/session.ts';
import type { Job } from '../threads/pool.ts';
import type { Plan } from './plan.ts';

export interface EncodedModel {
  readonly bytes: Uint8Array;
  /** Where it runs. Default: `cpu`. */
  readonly device?: Device;
}

interface InferContext {
  readonly models: readonly EncodedModel[];
  readonly plan: Pick<Plan, 'output' | 'values'>;
}

/** Images of the plan from number `first` on. */
export interface ImageBatch {
  readonly first: number;
  readonly count: number;
  /** Their numbers in the data set, which key their read noise. */
  readonly samples: readonly number[];
  /** Images that the feeds hold, with those that fill the batch up. */
  readonly size: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** Values of the scored output of every model, [image][value]. */
export interface BatchOutputs {
  readonly first: number;
  readonly count: number;
  readonly outputs: readonly (Float32Array | Float64Array)[];
}

export const job: Job<InferContext, ImageBatch, BatchOutputs> = {
  module: import.meta.url,
  async open({ models, plan }) {
    const sessions = await Promise.all(
      models.map(({ bytes, device }) => openSession(bytes, { threads: 1, ...defined({ device }) })),
    );
    return {
      async run(batch) {
        const { first, count } = batch;
        const outputs: (Float32Array | Float64Array)[] = [];
        for (const session of sessions) outputs.push(await outputOf(session, plan, batch));
        return { first, count, outputs };
      },
      async close() {
        for (const session of sessions) await session.release();
      },
    };
  },
};

/** Values of the scored output for the first `count` images: a model with a fixed batch gives more. */
async function outputOf(
  session: Session,
  plan: InferContext['plan'],
  { count, samples, size, feeds }: ImageBatch,
): Promise<Float32Array | Float64Array> {
  const results = await session.run(withReading(session, feeds, samples, size), [plan.output]);
  const result = results[plan.output]!;
  const data = result.data instanceof Float32Array ? result.data : toDoubles(result);
  if (data?.length !== size * plan.values) {
    const reason = `this output has ${data?.length} values for ${size} sample(s), and ${plan.values} for the first sample`;
    const remedy = 'Outputs whose size depends on the sample cannot be compared: score another one.';
    throw new DiagnosticError([optionInvalid(`--score-output ${plan.output}`, reason, remedy)]);
  }
  return data.subarray(0, count * plan.values);
}
