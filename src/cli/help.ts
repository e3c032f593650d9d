/** The parts of the help texts that all verbs share: examples, and the exit codes. */
import type { Command } from 'commander';
import { kinds } from '../diagnostics/kinds.ts';

/** Adds examples below a verb's help; every verb has at least one. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

/** Printed below the main help. */
export const exitCodes = `
Exit codes:
  0   success
  1   problems of several kinds
  2   wrong usage, or a file or disk that cannot be read or written
${Object.values(kinds)
  .map(({ exit, what }) => `  ${exit}  ${what}`)
  .join('\n')}
  70  a bug in Crossloom
  130 ended by Ctrl-C
Every problem is printed with its own code, such as error[target/unit], and what to do.`;
