/** What is wrong with writing chips of a target again, before any is programmed. */
import { optionInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type CalibrationRecord, isMadeUp } from '../ir/calibration-record.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';
import type { RewriteOptions } from './rewrite-chip.ts';

/** Passes that a chip keeps apart, cell by cell. */
export const mostRounds = 100;
const mostReads = 255;

export function checkRewrite(
  target: Target,
  record: Pick<CalibrationRecord, 'samples'>,
  { rounds, wait = 1, at = 0, reads = 1 }: RewriteOptions,
): Diagnostic[] {
  const whole = (value: number, least: number, most: number) =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  const problems: Diagnostic[] = [];
  if (!whole(rounds, 0, mostRounds))
    problems.push(optionInvalid('--rewrite', `${rounds} is not a whole number from 0 to ${mostRounds}`));
  if (!(wait > 0 && wait < Number.POSITIVE_INFINITY))
    problems.push(optionInvalid('--rewrite-wait', 'between two rounds some time must go by'));
  if (!(at >= 0 && at < Number.POSITIVE_INFINITY))
    problems.push(optionInvalid('--rewrite-for', 'this lies before the end of programming'));
  if (!whole(reads, 1, mostReads))
    problems.push(optionInvalid('rewrite.reads', `${reads} is not a whole number from 1 to ${mostReads}`));
  if (rounds === 0) return problems;
  const flag = `--rewrite ${rounds}`;
  const { readsBack } = schemeOf(target);
  if (!readsBack)
    problems.push(
      optionInvalid(
        flag,
        `cells of ${target.name} cannot be read back while it is programmed (programming.scheme: ${target.programming.scheme}), so nobody knows what to write again`,
        'Leave it away, or take a target whose cells are written and verified.',
      ),
    );
  if (readsBack && isMadeUp(record))
    problems.push(
      optionInvalid(
        flag,
        'the package was compiled without samples, so nothing is known of how inputs vary together',
        'Compile it with --calibrate.',
      ),
    );
  return problems;
}
