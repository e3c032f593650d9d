/** Chips of a package without some effects, each programmed and run over the images, as `verify` reads and runs it. */
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import type { OnPart, Programmed } from '../tune/chips.ts';
import { addLayerNoise, type LayerNoise } from '../verify/layers.ts';
import { type ChipState, runStates } from '../verify/run-images.ts';
import type { ChipsWithout } from './chips.ts';
import { firstOf, joined, type Run, statesWithin } from './few-images.ts';
import { readProgrammed } from './reading.ts';
import type { Subject } from './subject.ts';

interface RunOptions {
  /** Gets what the layers of the first chip err. */
  readonly layers?: LayerNoise | undefined;
  /** Asked after the few images that come first: whether these will do. Default: all images are run. */
  readonly enough?: (few: readonly Run[]) => boolean;
}

/**
 * All chips, over all images or the first few.
 * @param errors names of the effects that they have not
 */
export type RunWithout = (
  errors: readonly string[],
  what: string,
  options?: RunOptions,
) => Promise<readonly Run[]>;

export const openRuns =
  (
    pkg: Package,
    chips: ChipsWithout,
    subject: Subject,
    seeds: readonly number[],
    on: (what: string) => OnPart,
  ): RunWithout =>
  async (errors, what, { layers, enough } = {}) => {
    const begun: Begun[] = [];
    for (const [i, seed] of seeds.entries()) {
      const own = on(seeds.length > 1 ? `${what}, chip ${i + 1}` : what);
      const programmed = await chips.program(errors, seed, own);
      const noise = i === 0 ? layers : undefined;
      begun.push(
        await runsOf(pkg, 'host', () => begin(subject, programmed, own, { layers: noise, few: !!enough })),
      );
    }
    const runs = begun.map(({ run }) => run);
    if (!enough || enough(runs)) return runs;
    const whole: Run[] = [];
    for (const { goOn } of begun) whole.push(await runsOf(pkg, 'host', goOn));
    return whole;
  };

/** The run over the first images, and the same with those that are left. */
interface Begun {
  readonly run: Run;
  readonly goOn: () => Promise<Run>;
}

async function begin(
  subject: Subject,
  programmed: Programmed,
  on: OnPart,
  { layers, few }: { readonly layers: LayerNoise | undefined; readonly few: boolean },
): Promise<Begun> {
  const { images, references } = subject;
  const reading = await readProgrammed(programmed, images, subject);
  if (layers) await addLayerNoise(programmed.pkg, reading, images, layers, on);
  const all = images.plan.indices.length;
  const end = few ? subject.few : all;
  const states = end < all ? reading.states.map(encodedOnce) : reading.states;
  const runFrom = (first: number, last: number) =>
    runStates(images, statesWithin(states, first, last), references, on('simulate'));
  const run = firstOf(await runFrom(0, end), end, references);
  return { run, goOn: async () => (end < all ? joined(run, await runFrom(end, all)) : run) };
}

function encodedOnce(state: ChipState): ChipState {
  let encoded: ReturnType<ChipState['encode']> | undefined;
  return {
    ...state,
    encode() {
      encoded ??= state.encode();
      return encoded;
    },
  };
}
