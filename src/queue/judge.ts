/** How a job stands -> what the submitter does about its task. */
import { resultDamaged, taskDamaged, taskLost } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { KindOfWork } from './kind-of-work.ts';
import type { JobState } from './look.ts';
import { type Failure, readFailure, readResult } from './messages.ts';
import { mostDeaths } from './names.ts';

export type Verdict<Result> =
  | { readonly kind: 'wait' }
  /** Redis has lost it. */
  | { readonly kind: 'put' }
  /** Another try may help, after a pause that grows with their number. */
  | { readonly kind: 'retry'; readonly tries: number; readonly failure: Failure }
  /** What Redis has of it is not what was put there. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failure'; readonly failure: readonly Diagnostic[] };

/**
 * @param damaged times that Redis had something else of this task, so far
 * @param most tries that a task has
 */
export function judge<Result>(
  state: JobState,
  key: string,
  work: Pick<KindOfWork<never, Result>, 'result'>,
  { damaged, most }: { readonly damaged: number; readonly most: number },
): Verdict<Result> {
  if (state.kind === 'missing') return { kind: 'put' };
  const again = damaged + 1 < most;
  // Workers give a task up before: what stands there cannot even be read.
  if (state.kind === 'open' && state.deaths > mostDeaths + 1)
    return again ? { kind: 'damaged' } : { kind: 'failure', failure: [taskDamaged(key)] };
  if (state.kind === 'open') return { kind: 'wait' };
  if (state.kind === 'completed') {
    const result = readResult(work, state.text, key);
    if (result !== undefined) return { kind: 'result', result };
    return again ? { kind: 'damaged' } : { kind: 'failure', failure: [resultDamaged(key)] };
  }
  const failure = readFailure(state.text, key);
  if (!failure) return { kind: 'failure', failure: [taskLost(key)] };
  // Another try would meet the same: it has to be put in anew.
  if (failure.diagnostics.some(({ code }) => code === 'queue/task') && again) return { kind: 'damaged' };
  if (failure.again && state.tries < most) return { kind: 'retry', tries: state.tries, failure };
  return { kind: 'failure', failure: failure.diagnostics };
}
