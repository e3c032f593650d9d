/** Options of verbs that program, correct or read chips. */
import { type Command, Option } from 'commander';
import { corrections, defaultCorrection } from '../column-correction.ts';
import { compensations, usualCompensation } from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { mostRounds } from '../rewrite/check-rewrite.ts';
import { type RewriteOptions, usualWait } from '../rewrite/rewrite-chip.ts';
import { formatTime } from '../text/time.ts';
import { oneOf, time, wholeNumber } from './options.ts';

/** `--correction`, for a verb that calibrates new chips. */
export function correctionOption(): Option {
  const what = `what is fitted on a chip at most: gain and bias of \`columns\`, sums of the inputs besides, or sums along principal directions too, where they pay (default: ${defaultCorrection})`;
  return oneOf('--correction <what>', what, corrections);
}

/** `--rewrite` and what goes with it, for a verb that programs new chips. */
export function rewriteOptions(): Option[] {
  return [
    new Option(
      '--rewrite <rounds>',
      'then read new chips back so often, and write those cells again that make up for most errors (default: 0)',
    ).argParser(wholeNumber(0, mostRounds)),
    new Option(
      '--rewrite-wait <time>',
      `after programming and between such rounds, for cells to relax (default: ${formatTime(usualWait)})`,
    ).argParser(time),
  ];
}

interface RewriteFlags {
  readonly rewrite?: number;
  readonly rewriteWait?: number;
  readonly rewriteFor?: number;
}

/** What these flags ask for. */
export function rewriteOf(flags: RewriteFlags): RewriteOptions | undefined {
  const { rewrite: rounds, rewriteWait: wait, rewriteFor: at } = flags;
  const alone = wait !== undefined ? '--rewrite-wait' : at !== undefined ? '--rewrite-for' : undefined;
  if (rounds === undefined && alone)
    raise([
      optionInvalid(alone, 'nothing is written again without --rewrite', 'Say how often: --rewrite 4.'),
    ]);
  return rounds === undefined ? undefined : { rounds, ...defined({ wait, at }) };
}

/** `--compensate`, for a verb that reads chips some time after they were programmed. */
export function withCompensation(command: Command): Command {
  const what = `against drift: gain and bias of all \`columns\` fitted at that time, or \`sequential\`, layer after layer, on whole samples that the package has; one \`global\` digital factor since they were fitted, or \`none\` (default: ${usualCompensation})`;
  return command.addOption(oneOf('--compensate <how>', what, compensations));
}
