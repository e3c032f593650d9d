/** The parts of the help texts that all verbs share: examples, and the exit codes. */
import type { Command } from 'commander';

/** Adds examples below a verb's help; every verb has at least one. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

/** Printed below the main help. Codes of one kind of problem are listed with their constructors in diagnostics.ts. */
export const exitCodes = `
Exit codes:
  0      success
  1      problems of several kinds
  2      wrong usage, or a file or disk that cannot be read or written
  10-19  the model
  20-24  the target
  25-29  options, mapping, calibration ranges
  30-39  package, bitstream, chip
  40-49  data, labels, preprocessing
  50-59  a bound such as --min-accuracy is not met
  70     a bug in Crossloom
Every problem is printed with its own code, such as error[target/unit], and what to do.`;
