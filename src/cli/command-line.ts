/** Arguments of Crossloom -> a line that the user's shell takes as it is printed. */
import { basename, dirname, join, relative } from 'node:path';
import { shellLine, shellWord } from '../text/shell.ts';

/**
 * How a shell finds this program: by its name where it was called by it, else by its script.
 * @param script that runs, as the process knows it
 */
export function programName(script: string, directory: string): string {
  if (basename(script) === 'crossloom')
    return dirname(script).endsWith(join('node_modules', '.bin')) ? 'npx crossloom' : 'crossloom';
  const short = relative(directory, script);
  return `node ${shellWord(short.length < script.length ? short : script)}`;
}

/** @param io whose `program` it is */
export function commandLine(io: { readonly program: string }, words: readonly string[]): string {
  return `${io.program} ${shellLine(words)}`;
}
