/** Runs a target's experiments: those of its scheme, of its conditions and of its wires, then what its levels are worth. */
import { setImmediate } from 'node:timers/promises';
import { conditionExperiments } from '../conditions/experiments.ts';
import type { AssumedValue, Characterization } from '../figures/characterization.ts';
import type { ExperimentSettings, Figure } from '../figures/figure.ts';
import { schemeExperiments } from '../schemes/experiments.ts';
import type { LoadedTarget, ProvenanceEntry } from '../target/target.ts';
import { irDrop } from './ir-drop.ts';
import { levelCounts, levelsAccuracy } from './levels-accuracy.ts';

/** An experiment of one target. */
export interface TargetExperiment {
  /** As progress calls it. */
  readonly name: string;
  /** Whoever takes long calls `onStep` in between. */
  readonly run: (
    settings: ExperimentSettings,
    onStep: (done: number, total: number) => void,
  ) => readonly Figure[] | Promise<readonly Figure[]>;
}

export interface CharacterizeOptions extends ExperimentSettings {
  /** Score a network by the number of levels, which takes longer than all the rest. Default: true. */
  readonly accuracy?: boolean;
  /** Called before the first experiment and after each; what it throws ends the work. */
  readonly onExperiment?: (done: number, total: number, name: string | undefined) => void;
  /** Called as an experiment that takes long goes on; what it throws ends the work. */
  readonly onStep?: (name: string, done: number, total: number) => void;
}

/** What a target has: it follows from its scheme and its sections. */
export function experimentsOf(loaded: LoadedTarget, accuracy = true): readonly TargetExperiment[] {
  const { target } = loaded;
  const wires = { name: 'wires', run: () => irDrop(target) };
  const levels: TargetExperiment = {
    name: 'accuracy by levels',
    run: ({ seed }, onStep) => levelsAccuracy(loaded, seed, levelCounts(target.cell.levels), onStep),
  };
  return [
    ...schemeExperiments(target),
    ...conditionExperiments(target),
    ...(target.wires ? [wires] : []),
    // Circuits set the levels of a chip with hidden planes.
    ...(accuracy && !target.hidden ? [levels] : []),
  ];
}

export async function characterize(
  loaded: LoadedTarget,
  { seed, accuracy, onExperiment, onStep }: CharacterizeOptions,
): Promise<Characterization> {
  const { target, provenance, fingerprint, overrides } = loaded;
  const experiments = experimentsOf(loaded, accuracy);
  const figures: Figure[] = [];
  for (const [done, { name, run }] of experiments.entries()) {
    onExperiment?.(done, experiments.length, name);
    // Signals are heard in between.
    await setImmediate();
    figures.push(...(await run({ seed }, (step, steps) => onStep?.(name, step, steps))));
  }
  onExperiment?.(experiments.length, experiments.length, undefined);
  const { name, title } = target;
  const named = figures.map((figure) => ({ ...figure, assumed: assumedOf(provenance, figure.uses) }));
  return { name, title, fingerprint, overrides, seed, figures: named };
}

/** The values without a source among these fields, in the order of the file. */
function assumedOf(provenance: readonly ProvenanceEntry[], uses: readonly string[]): AssumedValue[] {
  return provenance.flatMap(({ field, text, from }) => {
    const used = uses.some((use) => field === use || field.startsWith(`${use}.`));
    return used && (from === 'assumed' || from === 'override') ? [{ field, text, from }] : [];
  });
}
