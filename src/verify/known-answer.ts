/** Checks this installation: the integer reference of a package, run here on its known input, against the answers in the manifest. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { float32, toDoubles } from '../math/tensor.ts';
import type { Package } from '../package/open.ts';
import { openSession } from '../runtime/session.ts';
import type { EncodedModel } from './infer-job.ts';

export interface KnownAnswerCheck {
  /** Largest distance of a value to the recorded one. */
  readonly maxDifference: number;
  /** Largest size of a recorded value. */
  readonly largest: number;
}

/** Relative to the largest value: more than other kernels round. */
const tolerated = 1e-3;

/** @param ideal the package's integer reference */
export async function checkKnownAnswer(pkg: Package, ideal: EncodedModel): Promise<KnownAnswerCheck> {
  const inputs = Object.entries(pkg.record.knownAnswer.inputs);
  const feeds = Object.fromEntries(inputs.map(([name, { dims, data }]) => [name, float32(dims, data)]));
  const session = await openSession(ideal.bytes, { threads: 1 });
  const outputs = await session.run(feeds);
  await session.release();
  let maxDifference = 0;
  let largest = 0;
  for (const [name, { values }] of Object.entries(pkg.manifest.knownAnswers)) {
    const got = outputs[name] && toDoubles(outputs[name]);
    if (!got) throw new InternalError('verify', `the reference has no output '${name}'`);
    values.forEach((value, i) => {
      const distance = Math.abs(value - got[i]!);
      maxDifference = Math.max(maxDifference, Number.isNaN(distance) ? Number.MAX_VALUE : distance);
      largest = Math.max(largest, Math.abs(value));
    });
  }
  return { maxDifference, largest };
}

export function answersAsRecorded({ maxDifference, largest }: KnownAnswerCheck): boolean {
  return maxDifference <= tolerated * largest;
}
