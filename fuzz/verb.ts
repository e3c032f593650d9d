/** Runs a verb of the command line in process, as a user would, and holds it to what every verb promises. */
import type { Io } from '../src/cli/io.ts';
import { main } from '../src/cli.ts';
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
    redraw: (line) => void err.push(line),
    stdin: async function* () {},
    isTty: false,
    columns: undefined,
    program: 'crossloom',
    env: { CROSSLOOM_DEBUG: '1' },
    now: () => performance.now(),
    onInterrupt: () => () => undefined,
    onTerminate: () => () => undefined,
  };
  const exit = await main(args, io);
  const [printed, said] = [out.join(''), err.join('')];
  if (hasControls(printed) || hasControls(said))
    throw new Inconsistency(
      `control characters on the terminal: ${JSON.stringify((printed + said).slice(0, 2000))}`,
    );
  if (exit === 0) return printed;
  const code = exit === 70 ? undefined : codeIn(said);
  // Nothing but the arguments that a class makes up may be wrong with the command line.
  if (code?.startsWith('usage/') && !options.usage) throw new Bug(`exit ${exit} with ${code}`, said);
  if (code !== undefined) throw new Refusal(code);
  const [, name = 'Error', error = said] = /command line: (\w+): ([\s\S]*)/.exec(said) ?? [];
  throw new Bug(exit === 70 ? whatOf(name, error) : `exit ${exit} without a code`, said);
}

/** The code of the first error, as text or, with `--json`, as an object says it. */
function codeIn(said: string): string | undefined {
  const pattern = /^error\[([a-z-]+\/[a-z0-9-]+)\]|"errors": \[\s*\{\s*"code": "([a-z-]+\/[a-z0-9-]+)"/m;
  const [, text, json] = pattern.exec(said) ?? [];
  return text ?? json;
}

/** Whether a text would move the cursor, ring the bell or change colours. */
function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(text);
}
