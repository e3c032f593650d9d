/** What is wrong with the options of a verification, before anything is opened. */
import { checkTime } from '../chip/read-conditions.ts';
import { fitsAnew } from '../correct/compensate.ts';
import { optionInvalid, timeBeforeProgramming } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Target } from '../target/target.ts';
import { formatTime } from '../text/time.ts';
import type { VerifyOptions } from './options.ts';

/** Problems of options by themselves and with each other, for chips of a target. */
export function checkOptions(target: Target, options: VerifyOptions): Diagnostic[] {
  const { trials, images, batchSize, threads, noiseStates, seed, at = [] } = options;
  const counts = Object.entries({ trials, images, batchSize, threads, noiseStates });
  const problems = counts
    .filter(([, value]) => value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
    .map(([name, value]) => optionInvalid(name, `${value} is not a whole number of at least 1`));
  if (seed !== undefined && !Number.isSafeInteger(seed))
    problems.push(optionInvalid('seed', `${seed} is not a whole number`));
  problems.push(...checkCalibration(options));
  const times = at.flatMap((time) => checkTime(target, time));
  return [...problems, ...times.filter(({ severity }) => severity === 'error')];
}

/** Whether the time of a calibration, and what is done about what moves after it, go together with the rest. */
function checkCalibration({ calibrate, compensate, calibratedAt, at = [0] }: VerifyOptions): Diagnostic[] {
  const held = calibratedAt === undefined ? undefined : `--calibrated-at ${formatTime(calibratedAt)}`;
  const anew = compensate && fitsAnew(compensate) ? `--compensate ${compensate}` : undefined;
  const problems: Diagnostic[] = [];
  if (held && anew)
    problems.push(
      optionInvalid(held, `with ${anew} every reading has a calibration of its own`, `Leave ${anew} away.`),
    );
  if (calibrate === false)
    problems.push(
      ...[held, anew].flatMap((flag) =>
        flag ? [optionInvalid(flag, 'nothing is calibrated with --no-calibrate')] : [],
      ),
    );
  if (held && !(calibratedAt! >= 0)) problems.push(timeBeforeProgramming(held));
  const early = at.filter((time) => time >= 0 && time < (calibratedAt ?? 0));
  if (held && early.length > 0)
    problems.push(
      optionInvalid(
        held,
        `readings at ${early.map(formatTime).join(', ')} lie before it`,
        'Read the chips when they are calibrated, or later (--at).',
      ),
    );
  return problems;
}
