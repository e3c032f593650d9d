/** Options that several verbs share, and the readers of their values. */
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Reader of an option that may be repeated. */
export function repeated(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** Reader of a whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${min}.`);
  };
}

/** Reader of any number. */
export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number.');
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
    wholeNumber(1),
  );
}

/** `--set FIELD=VALUE`, repeatable: overrides of target fields, as `options.set`. */
export function withSet(command: Command): Command {
  const option = new Option(
    '--set <field=value>',
    'override a field of the target, such as adc.bits=6 (repeatable)',
  );
  return command.addOption(option.argParser(repeated).default([], 'none'));
}
