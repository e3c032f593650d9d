/** `crossloom version`, and `-v`: the version, as `--version` prints it. */
import { type Command, CommanderError, Option } from 'commander';
import { version } from '../files/version.ts';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';

export function registerVersion(program: Command, io: Io): void {
  const print = () => io.stdout(`${version}\n`);
  program.version(version).addOption(new Option('-v').hideHelp());
  program.on('option:v', () => {
    print();
    throw new CommanderError(0, 'commander.version', version);
  });
  withExamples(program.command('version').description('print the version'), 'crossloom version').action(
    print,
  );
}
