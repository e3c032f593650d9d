/** Runs a verb of the command line in process, as a user would, and holds it to what every verb promises. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Io } from '../src/cli/io.ts';
import { main } from '../src/cli.ts';
import type { Input } from './input.ts';
import { Bug, Inconsistency, Refusal, whatOf } from './outcome.ts';

interface VerbOptions {
  /** Whether the arguments themselves may be wrong. */
  readonly usage?: boolean;
}

/**
 * @returns what the verb printed
 * @throws Refusal where it names a code; Bug for anything else that is no success
 */
export async function runVerb(args: readonly string[], options: VerbOptions = {}): Promise<string> {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    stdin: async function* () {},
    isTty: false,
    columns: undefined,
    env: { CROSSLOOM_DEBUG: '1' },
    now: () => performance.now(),
  };
  const exit = await main(args, io);
  const [printed, said] = [out.join(''), err.join('')];
  if (hasControls(printed) || hasControls(said))
    throw new Inconsistency(
      `control characters on the terminal: ${JSON.stringify((printed + said).slice(0, 2000))}`,
    );
  if (exit === 0) return printed;
  const code = /^error\[([a-z-]+\/[a-z0-9-]+)\]/m.exec(said)?.[1];
  if (code !== undefined) throw new Refusal(code);
  if (exit === 2 && options.usage) throw new Refusal('usage');
  const [, name = 'Error', error = said] = /command line: (\w+): ([\s\S]*)/.exec(said) ?? [];
  throw new Bug(exit === 70 ? whatOf(name, error) : `exit ${exit} without a code`, said);
}

/** Whether a text would move the cursor, ring the bell or change colours. */
function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text);
}

/** Writes the files of an input; their names may have folders in front. */
export async function writeFiles(folder: string, input: Input): Promise<void> {
  for (const [name, bytes] of input) {
    const path = join(folder, name);
    if (name.includes('/')) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

/**
 * Puts the files of an input where a verb finds them, for as long as `use` takes; whatever else it leaves is removed too.
 * @throws what `use` throws; Inconsistency where it is a Refusal, and something was left
 */
export async function withFiles(folder: string, input: Input, use: () => Promise<void>): Promise<void> {
  await writeFiles(folder, input);
  try {
    await use();
  } catch (error) {
    const own = new Set([...input.keys()].map((name) => name.split('/')[0]!));
    const more = (await readdir(folder)).filter((name) => !own.has(name));
    if (error instanceof Refusal && more.length > 0)
      throw new Inconsistency(`a refusal leaves something behind: ${more}`);
    throw error;
  } finally {
    const left = await readdir(folder);
    await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  }
}
