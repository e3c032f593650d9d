/** What stands below the help of all verbs: examples, and the exit codes. */
import type { Command } from 'commander';
import { kinds } from '../diagnostics/kinds.ts';
import { wrap } from '../text/wrap.ts';

/** Adds examples and exit codes below a verb's help; every verb has at least one example. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `${listed(examples)}\n\n${briefExitCodes()}`);
}

/** The same below the main help, where the exit codes say what they stand for. */
export function withMainExamples(program: Command, ...examples: readonly string[]): Command {
  return program.addHelpText('after', `${listed(examples)}\n\n${exitCodes()}`);
}

const listed = (examples: readonly string[]) =>
  `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`;

/** Names of the kinds in a few words each. */
function briefExitCodes(): string {
  const named = Object.entries(kinds).map(([kind, { exit }]) => `${exit} ${kind}`);
  const all = ['0 success', '1 several kinds', ...named, '70 a bug', '130 Ctrl-C'];
  // Code and name stay on one line.
  const lines = wrap(all.map((one) => one.replaceAll(' ', '\u00a0')).join(', '), 68);
  return `Exit codes: ${lines.join('\n            ').replaceAll('\u00a0', ' ')} (crossloom --help has more)`;
}

function exitCodes(): string {
  const kindsOf = Object.values(kinds).map(({ exit, what }) => [exit, what] as const);
  const others = [
    [70, 'a bug in Crossloom'],
    [130, 'ended by Ctrl-C'],
  ] as const;
  const all = [[0, 'success'], [1, 'problems of several kinds'], ...kindsOf, ...others];
  return `Exit codes:
${all.map(([exit, what]) => `  ${`${exit}`.padEnd(3)}  ${what}`).join('\n')}
Every problem is printed with its own code, such as error[target/unit], and what to do.`;
}
