/** `crossloom completion`: the script with which a shell completes this command line. */
import { Argument, type Command } from 'commander';
import { bundledTargets } from '../target/bundled.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { verbsOf } from './completion/verbs.ts';
import { zshCompletion } from './completion/zsh.ts';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof scripts;

export function declareCompletion(command: Command, io: Io): void {
  command.addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)));
  withExamples(
    command,
    'crossloom completion bash > ~/.local/share/bash-completion/completions/crossloom',
    'crossloom completion zsh > ~/.zfunc/_crossloom',
    'crossloom completion fish > ~/.config/fish/completions/crossloom.fish',
  ).action(async (shell: Shell) =>
    io.stdout(scripts[shell](verbsOf(command.parent!, await bundledTargets()))),
  );
}
