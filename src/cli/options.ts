/** Options that several verbs share, and the readers of their values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultDataLimit, largestDataLimit } from '../data/limit.ts';
import { devices } from '../runtime/device.ts';
import { parseTime } from '../text/time.ts';

/** Reader of an option that may be repeated. */
export function repeated(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** Seeds up to here, and those that follow from them, are different streams. */
const largestSeed = 2 ** 32 - 1;
/** More of anything would take longer than anybody waits. */
const mostCounted = 1e9;

/** Reader of a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number = mostCounted): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (isWritten(text) && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${min} and at most ${max}.`);
  };
}

/** Reader of a seed. */
export const seedNumber = wholeNumber(0, largestSeed);

/** Reader of a number from `min` to `max`. */
export function decimal(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (isWritten(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number of at least ${min} and at most ${max}.`);
  };
}

/** Reader of a percentage. */
export const percent = decimal(0, 100);

/** An empty text, or one in another base, is no number to a person. */
const isWritten = (text: string) => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);

/** An option that takes one of a few words. */
export function oneOf(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description).choices(words);
}

/** `--calibration`: what an earlier compilation knew, in place of samples. */
export function recordOption(): Option {
  const option = new Option(
    '--calibration <record>',
    'calibration.npz of an earlier package, or that package',
  );
  return option.conflicts('calibrate');
}

/** `--json`, for a verb that prints results. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print the result as JSON');
}

/** `--threads N`, for a verb whose result does not depend on it. */
export function withThreads(command: Command): Command {
  return command.option(
    '--threads <n>',
    'worker threads; results are the same for any number (default: as many as this machine runs at once)',
    wholeNumber(1, 1024),
  );
}

/** `--device`, for a verb that runs images on simulated chips. */
export function withDevice(command: Command): Command {
  const what =
    'where chips run the images, if a check shows that they come out as on the processor (default: cpu)';
  return command.addOption(oneOf('--device <name>', what, devices));
}

/** `--data-limit MIB`, for a verb that reads samples; its value is in bytes, as `openDataset` takes it. */
export function withDataLimit(command: Command): Command {
  const most = largestDataLimit / mebibyte;
  const reader = (text: string) => {
    const value = wholeNumber(1)(text);
    if (value > most) throw new InvalidArgumentError(`It must be at most ${most}.`);
    return value * mebibyte;
  };
  const what = 'memory that a packed file, or one sample, may take';
  return command.option('--data-limit <MiB>', `${what} (default: ${defaultDataLimit / mebibyte})`, reader);
}

const mebibyte = 2 ** 20;

/** `--set FIELD=VALUE`, repeatable: overrides of target fields, as `options.set`. */
export function withSet(command: Command): Command {
  const option = new Option(
    '--set <field=value>',
    'override a field of the target, such as adc.bits=6 (repeatable)',
  );
  return command.addOption(option.argParser(repeated).default([], 'none'));
}

/** A million years (s): no law of a device says anything of later times. */
const latest = 1e6 * 31_557_600;

/** Reader of times such as `1s,1h,1d`, in seconds; those before 0 are left to whoever knows what they mean. */
export function times(text: string): readonly number[] {
  return text.split(',').map((part) => {
    const seconds = parseTime(part);
    if (seconds !== undefined && Math.abs(seconds) <= latest) return seconds;
    throw new InvalidArgumentError(
      'Write times with units, such as 1s, 30min, 1h, 1d or 10y; at most 1000000y.',
    );
  });
}

/** Reader of one such time. */
export function time(text: string): number {
  const [first, ...more] = times(text);
  if (more.length > 0) throw new InvalidArgumentError('It must be one time.');
  return first!;
}

/** Reader of a time that something takes, of a second or more. */
export function duration(text: string): number {
  const seconds = time(text);
  if (seconds >= 1) return seconds;
  throw new InvalidArgumentError('It must be a second or more.');
}
