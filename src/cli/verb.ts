/**
 * Verbs of a command line: what help lists of each, and where the rest of it is. That is loaded once a command line names the
 * verb, so that none waits for what others need.
 */
import { type Command, Help } from 'commander';
import type { Io } from './io.ts';

/** Arguments that name verbs, one below the other; `all` where every verb is to be there whole. */
export type Words = readonly string[] | 'all';

/** Declares arguments and flags of a command, what it runs, and the verbs below it that `words` name. */
export type Declare = (command: Command, io: Io, words: Words) => void | Promise<void>;

export interface Verb {
  readonly name: string;
  /** Its flags and arguments in the list of verbs. */
  readonly takes: string;
  readonly description: string;
  /** Whether the command runs it where none of its verbs is named. */
  readonly isDefault?: true;
  readonly load: () => Promise<Declare>;
}

/** The arguments of a command line that can name verbs. */
export function wordsOf(args: readonly string[]): Words {
  const words = args.filter((word) => !word.startsWith('-'));
  const named = words[0] === 'help' ? words.slice(1) : words;
  // Its scripts have all verbs with all flags.
  return named[0] === 'completion' ? 'all' : named;
}

/** Adds verbs to a command, those that `words` name with all that they need. */
export async function addVerbs(parent: Command, io: Io, verbs: readonly Verb[], words: Words): Promise<void> {
  const takes = new Map(verbs.map((verb) => [verb.name, verb.takes]));
  parent.configureHelp({
    subcommandTerm(command) {
      const after = takes.get(command.name());
      if (after === undefined) return new Help().subcommandTerm(command);
      return after === '' ? command.name() : `${command.name()} ${after}`;
    },
  });
  const [named, ...below] = words === 'all' ? [] : words;
  const known = verbs.some(({ name }) => name === named);
  for (const { name, description, isDefault = false, load } of verbs) {
    const command = parent.command(name, { isDefault }).description(description);
    if (words === 'all') await (await load())(command, io, words);
    else if (known ? name === named : isDefault) await (await load())(command, io, below);
  }
}
