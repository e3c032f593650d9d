/** The command line as plain data: what there is to complete. */
import type { Command, Option } from 'commander';

export interface Flag {
  /** Such as `-o` and `--output`. */
  readonly names: readonly string[];
  readonly description: string;
  /** What the value is called; absent where there is none. */
  readonly value?: string;
  /** The words that a value can be, where these are known. */
  readonly choices: readonly string[];
}

export interface Verb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly verbs: readonly Verb[];
  /** Whether it takes arguments, though it may have verbs too. */
  readonly takes: boolean;
  /** Words that the first argument can be, where these are known. */
  readonly words: readonly string[];
}

/** @param targets bundled ones, which stand where a target is asked for */
export function verbsOf(command: Command, targets: readonly string[]): Verb {
  const [first] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    flags: [
      ...command.options.filter(({ hidden }) => !hidden).map((option) => flagOf(option, targets)),
      { names: ['--help'], description: 'display help for command', choices: [] },
    ],
    verbs: command.commands.map((inner) => verbsOf(inner, targets)),
    takes: first !== undefined,
    words: first?.argChoices ?? (first?.name() === 'target' ? targets : []),
  };
}

function flagOf(option: Option, targets: readonly string[]): Flag {
  const { short, long, description, argChoices, required, optional, flags } = option;
  const value = required || optional ? /[<[](.*)[>\]]/.exec(flags)?.[1] : undefined;
  return {
    names: [short, long].filter((name) => name !== undefined),
    description,
    ...(value !== undefined && { value }),
    choices: argChoices ?? (value === 'target' ? targets : []),
  };
}
