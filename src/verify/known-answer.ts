/** Checks this installation: the integer reference of a package, run here on its known input, against the answers in the manifest. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { float32, toDoubles } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Package } from '../package/open.ts';
import { openSession } from '../runtime/session.ts';

/** Of the value whose answers differ most, relative to their size. */
export interface KnownAnswerCheck {
  /** Largest distance of a value to the recorded one. */
  readonly maxDifference: number;
  /** Largest size of a recorded value. */
  readonly largest: number;
}

/** Relative to the largest value: more than other kernels round. */
const tolerated = 1e-3;

export async function checkKnownAnswer({ record, manifest, reference }: Package): Promise<KnownAnswerCheck> {
  const inputs = Object.entries(record.knownAnswer.inputs);
  const feeds = Object.fromEntries(inputs.map(([name, { dims, data }]) => [name, float32(dims, data)]));
  const names = Object.keys(manifest.knownAnswers);
  const session = await openSession(encodeModel(withFloatSums(reference, names)), { threads: 1 });
  const outputs = await session.run(feeds, names);
  await session.release();
  const checks = Object.entries(manifest.knownAnswers).map(([name, answer]) => {
    const got = outputs[name] && toDoubles(outputs[name]);
    if (!got) throw new InternalError('verify', `the reference has no output '${name}'`);
    return compare(answer, got);
  });
  return checks.reduce((worst, check) => (excess(check) > excess(worst) ? check : worst), {
    maxDifference: 0,
    largest: Math.max(0, ...checks.map((check) => check.largest)),
  });
}

export function answersAsRecorded(check: KnownAnswerCheck): boolean {
  return excess(check) <= tolerated;
}

function compare({ places, values }: Manifest['knownAnswers'][string], got: Float64Array): KnownAnswerCheck {
  let maxDifference = 0;
  let largest = 0;
  values.forEach((value, i) => {
    const distance = Math.abs(value - got[places?.[i] ?? i]!);
    maxDifference = Math.max(maxDifference, Number.isNaN(distance) ? Number.MAX_VALUE : distance);
    largest = Math.max(largest, Math.abs(value));
  });
  return { maxDifference, largest };
}

/** The difference in units of the largest value. */
function excess({ maxDifference, largest }: KnownAnswerCheck): number {
  return maxDifference === 0 ? 0 : maxDifference / largest;
}
