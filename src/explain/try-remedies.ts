/**
 * The largest causes -> options that should help, each tried: compiled out of the package's record of its inputs, programmed with
 * the same seeds and run over the same images.
 */
import { compile } from '../compile/compile.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import { packageOf } from '../package/package-of.ts';
import type { OnPart } from '../tune/chips.ts';
import { noticed } from '../tune/loss.ts';
import type { ModelFile } from '../verify/options.ts';
import { type HowCorrected, openChipsWithout } from './chips.ts';
import { costIn, measuredOf } from './costs.ts';
import type { Run } from './few-images.ts';
import { type Remedy, remediesFor } from './remedies.ts';
import type { EffectReport, TriedRemedy } from './report.ts';
import { openRuns } from './runs.ts';
import type { Subject } from './subject.ts';

/** Causes for which something is tried, and how much for each. */
const [mostCauses, mostOptions] = [2, 2];

interface Chips extends HowCorrected {
  readonly seeds: readonly number[];
  /** The chips of the package as it is. */
  readonly all: readonly Run[];
  readonly on: (what: string) => OnPart;
}

/** Whether a compilation of the same model and record with other options would be about the same network and chip. */
export const canBeTried = ({ mapping, faults }: Compiled): boolean =>
  faults === undefined && mapping.layers.every(({ hidden }) => hidden === undefined);

/** @param effects from the one on that costs most */
export async function tryRemedies(
  model: ModelFile,
  compiled: Compiled,
  subject: Subject,
  effects: readonly EffectReport[],
  chips: Chips,
): Promise<readonly TriedRemedy[]> {
  const tried: TriedRemedy[] = [];
  const { noise } = measuredOf(chips.all, subject.references);
  const causes = effects
    .filter((effect) => isSeen(effect, noise))
    .flatMap(({ effect }) => {
      const remedies = remediesFor(effect, compiled);
      return remedies.length > 0 ? [{ effect, remedies }] : [];
    });
  const known = new Set<string>();
  for (const { effect, remedies } of causes.slice(0, mostCauses))
    for (const remedy of remedies.slice(0, mostOptions)) {
      if (known.has(remedy.option)) continue;
      known.add(remedy.option);
      const own = { effect, option: remedy.option };
      tried.push({ ...own, ...(await tryRemedy(model, compiled, subject, remedy, chips)) });
    }
  return tried;
}

/** Whether its part of the error is worth a remedy, and more than chance. @param noise of all effects together */
function isSeen({ alone, allBut }: EffectReport, noise: number): boolean {
  const { share } = (allBut ?? alone)!;
  return share.low > 0 && share.value >= noticed * noise;
}

async function tryRemedy(
  model: ModelFile,
  { record, mapping }: Compiled,
  subject: Subject,
  { option, options, loaded }: Remedy,
  { seeds, all, on, ...how }: Chips,
): Promise<Pick<TriedRemedy, 'refused' | 'came'>> {
  const what = `with ${option}`;
  try {
    const compiled = await compile(
      model,
      loaded,
      options,
      { kind: 'record', record },
      {
        onProgress: (stage, done, total) => on(what)(stage)(done, total),
      },
    );
    const pkg = await packageOf(compiled);
    const run = openRuns(pkg, openChipsWithout(compiled, pkg, how), subject, seeds, on);
    const runs = await run([], what, { enough: () => true });
    const { arrays } = compiled.mapping;
    const more = arrays - mapping.arrays;
    return { came: { ...costIn(subject.references, all, runs, 'without'), arrays, more } };
  } catch (error) {
    // What the compiler refuses of this network or chip is no fault of the user's.
    if (!(error instanceof DiagnosticError)) throw error;
    return { refused: error.diagnostics[0]!.message };
  }
}
