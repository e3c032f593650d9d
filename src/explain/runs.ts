/** Chips of a package without some effects, each programmed and run over the images, as `verify` reads and runs it. */
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import type { OnPart, Programmed } from '../tune/chips.ts';
import { addLayerNoise, type LayerNoise } from '../verify/layers.ts';
import { type ChipRun, runStates } from '../verify/run-images.ts';
import type { ChipsWithout } from './chips.ts';
import { readProgrammed } from './reading.ts';
import type { Subject } from './subject.ts';

/**
 * All chips over all images.
 * @param errors names of the effects that they have not
 * @param layers where given, gets what the layers of the first chip err
 */
export type RunWithout = (
  errors: readonly string[],
  what: string,
  layers?: LayerNoise,
) => Promise<readonly ChipRun[]>;

export const openRuns =
  (
    pkg: Package,
    chips: ChipsWithout,
    subject: Subject,
    seeds: readonly number[],
    on: (what: string) => OnPart,
  ): RunWithout =>
  async (errors, what, layers) => {
    const runs: ChipRun[] = [];
    for (const [i, seed] of seeds.entries()) {
      const own = on(seeds.length > 1 ? `${what}, chip ${i + 1}` : what);
      const programmed = await chips.program(errors, seed, own);
      const ofFirst = i === 0 ? layers : undefined;
      runs.push(await runsOf(pkg, 'host', () => runProgrammed(subject, programmed, own, ofFirst)));
    }
    return runs;
  };

async function runProgrammed(
  subject: Subject,
  programmed: Programmed,
  on: OnPart,
  layers: LayerNoise | undefined,
): Promise<ChipRun> {
  const { images, references } = subject;
  const reading = await readProgrammed(programmed, images, subject);
  if (layers) await addLayerNoise(programmed.pkg, reading, images, layers, on);
  return runStates(images, reading.states, references, on('simulate'));
}
