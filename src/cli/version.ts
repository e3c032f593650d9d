/** `crossloom version`, and `-v`: the version, as `--version` prints it. */
import { type Command, CommanderError, Option } from 'commander';
import { version } from '../files/version.ts';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';

/** Adds `--version` and `-v` to the program. */
export function withVersion(program: Command, io: Io): void {
  program.version(version).addOption(new Option('-v').hideHelp());
  program.on('option:v', () => {
    printVersion(io);
    throw new CommanderError(0, 'commander.version', version);
  });
}

export function declareVersion(command: Command, io: Io): void {
  withExamples(command, 'crossloom version').action(() => printVersion(io));
}

const printVersion = (io: Io) => io.stdout(`${version}\n`);
