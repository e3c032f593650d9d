/**
 * A command line that commander refuses -> everything that is wrong with it, where commander stops at the first problem.
 * Commander reads arguments the same way; what is not looked for here, such as options that exclude each other, is told in
 * its words.
 */
import { type Command, CommanderError, type Option } from 'commander';
import { invalidValue, missingUsage, otherUsage, unknownCommand, unknownOption } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { nearNames } from '../text/near-names.ts';

/** What stands on the command line of one verb. */
interface Found {
  readonly problems: Diagnostic[];
  readonly given: Set<Option>;
  /** Flags that misspelt ones stand for, as far as it can be told. */
  readonly meant: Set<string>;
  readonly operands: string[];
}

/** @param error what commander said, for problems of other kinds */
export function usageProblems(
  program: Command,
  args: readonly string[],
  error: CommanderError,
): Diagnostic[] {
  const { command, name, rest } = verbOf(program, args);
  const [first = ''] = rest;
  const known = command.commands.map((inner) => inner.name());
  const takesNone = command.registeredArguments.length === 0;
  if (known.length > 0 && takesNone && first !== '' && !first.startsWith('-'))
    return [unknownCommand(name, first, known)];
  const found: Found = { problems: [], given: new Set(), meant: new Set(), operands: [] };
  readArguments(command, name, rest, found);
  const misread = found.problems.length > 0;
  found.problems.push(...missing(command, name, found));
  if (!misread && found.operands.length > command.registeredArguments.length)
    found.problems.push(otherUsage(name, `it takes no argument '${found.operands.at(-1)}'`));
  const told = error.message.replace(/^error: /, '');
  return found.problems.length > 0 ? found.problems : [otherUsage(name, told)];
}

/** The verb, its full name, and the arguments after it. */
function verbOf(program: Command, args: readonly string[]) {
  let [command, name, rest] = [program, program.name(), args];
  for (;;) {
    const inner = command.commands.find((verb) => verb.name() === rest[0]);
    if (!inner) return { command, name, rest };
    [command, name, rest] = [inner, `${name} ${inner.name()}`, rest.slice(1)];
  }
}

/** A command of commands takes the options of the one that it stands for alone. */
const optionsOf = (command: Command): readonly Option[] => [
  ...command.options,
  ...command.commands.flatMap((inner) => inner.options),
];

const namesOf = ({ short, long }: Option) => [short, long].filter((flag) => flag !== undefined);

const isNamed = (option: Option, flag: string) => namesOf(option).includes(flag);

function readArguments(command: Command, name: string, args: readonly string[], found: Found): void {
  const options = optionsOf(command);
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === '--') {
      found.operands.push(...args.slice(i + 1));
      return;
    }
    if (!/^-[^\d.]/.test(word)) {
      found.operands.push(word);
      continue;
    }
    const [flag = '', joined] = split(word, options);
    const option = options.find((one) => isNamed(one, flag));
    if (!option) {
      const flags = [...new Set([...options.flatMap(namesOf), '--help'])];
      found.problems.push(unknownOption(name, flag, flags));
      const [meant] = nearNames(flag, flags);
      if (meant === undefined) continue;
      found.meant.add(meant);
      if (joined === undefined && options.find((one) => isNamed(one, meant))?.required) i++;
      continue;
    }
    found.given.add(option);
    if (!option.required) continue;
    const value = joined ?? args[++i];
    found.problems.push(
      ...(value === undefined
        ? [missingUsage(name, `${option.flags} needs a value`)]
        : valueProblems(option, value)),
    );
  }
}

/** `--flag=value` and `-fvalue` -> flag and value. */
function split(word: string, options: readonly Option[]): readonly [flag: string, joined?: string] {
  const equals = word.indexOf('=');
  if (word.startsWith('--')) return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
  const known = word.length > 2 && options.some((option) => isNamed(option, word.slice(0, 2)));
  return known ? [word.slice(0, 2), word.slice(2)] : [word];
}

function valueProblems({ flags, argChoices, parseArg }: Option, value: string): Diagnostic[] {
  try {
    parseArg?.(value, undefined);
    return [];
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return [invalidValue(flags, value, error.message, argChoices)];
  }
}

function missing(command: Command, name: string, { given, meant, operands }: Found): Diagnostic[] {
  const options = command.options.filter(
    (option) => option.mandatory && !given.has(option) && !namesOf(option).some((flag) => meant.has(flag)),
  );
  const words = command.registeredArguments.filter((word, i) => word.required && i >= operands.length);
  return [
    ...words.map((word) => missingUsage(name, `missing required argument '${word.name()}'`)),
    ...options.map(({ flags }) => missingUsage(name, `required option '${flags}' not specified`)),
  ];
}
