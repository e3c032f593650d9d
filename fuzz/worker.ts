/**
 * A process that makes and runs cases, one after the other, and tells its parent what came of each. It may hang, take all
 * memory or die: the parent watches (`supervisor.ts`).
 */
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { makeCase } from './case.ts';
import type { FuzzClass } from './input.ts';
import { writeFiles } from './input-files.ts';
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

/** Run as a process of its own, with the module of a class, a seed and a folder as arguments. */
async function serve(module: string, seed: number, scratch: string): Promise<void> {
  const { fuzzClass } = (await import(module)) as { readonly fuzzClass: FuzzClass };
  const opened = await fuzzClass.open(scratch);
  const reply = (message: Reply) => void process.send!(message);
  process.on('message', ({ from, to, steps, keepIn }: Request) => {
    void (async () => {
      for (let index = from; index < to; index++) {
        const made = makeCase(fuzzClass, opened, seed, { index, steps });
        if (keepIn !== undefined) await writeFiles(keepIn, made.input);
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

// Other workers have the other cores, and threads would take longer to start than small inputs take.
os.availableParallelism = () => 1;
syncBuiltinESMExports();

const [module, seed, scratch] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
await serve(module!, Number(seed), scratch!);
