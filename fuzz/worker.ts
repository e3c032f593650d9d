/**
 * A process that makes and runs cases, one after the other, and tells its parent what came of each. It may hang, take all
 * memory or die: the parent watches (`supervisor.ts`).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Case, makeCase } from './case.ts';
import { classOf } from './classes/index.ts';
import { accepted, judge, type Outcome } from './outcome.ts';

/** What the parent asks for: cases `from` to `to` - 1. */
export interface Request {
  readonly from: number;
  readonly to: number;
  /** Mutations that are kept; all of them where nothing is said. */
  readonly steps?: readonly number[];
  /** Where the files of the case are left before it runs. */
  readonly keepIn?: string;
}

/** The first message says that the class is open; then one follows each case. */
export type Reply =
  | { readonly kind: 'open' }
  | { readonly kind: 'made'; readonly index: number; readonly steps: readonly number[] }
  | { readonly kind: 'ran'; readonly index: number; readonly outcome: Outcome };

/** Run as a process of its own, with the name of a class, a seed and a folder as arguments. */
async function serve(name: string, seed: number, scratch: string): Promise<void> {
  const fuzzClass = classOf(name);
  const opened = await fuzzClass.open(scratch);
  const reply = (message: Reply) => void process.send!(message);
  process.on('message', ({ from, to, steps, keepIn }: Request) => {
    void (async () => {
      for (let index = from; index < to; index++) {
        const made = makeCase(fuzzClass, opened, seed, { index, steps });
        if (keepIn !== undefined) await keep(made, keepIn);
        if (to === from + 1) reply({ kind: 'made', index, steps: made.steps });
        const outcome = await opened.execute(made.input).then(() => accepted, judge);
        reply({ kind: 'ran', index, outcome });
        // Lets the message out before the next case can stop everything.
        await new Promise(setImmediate);
      }
    })();
  });
  reply({ kind: 'open' });
}

async function keep({ input }: Case, folder: string): Promise<void> {
  for (const [name, bytes] of input) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

const [name, seed, scratch] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
await serve(name!, Number(seed), scratch!);
