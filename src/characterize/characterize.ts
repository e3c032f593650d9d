/** Runs a target's experiments: those of its scheme and of its conditions, then that of its wires. */
import { setImmediate } from 'node:timers/promises';
import { conditionExperiments } from '../conditions/experiments.ts';
import type { AssumedValue, Characterization } from '../figures/characterization.ts';
import type { ExperimentSettings, Figure } from '../figures/figure.ts';
import { schemeExperiments } from '../schemes/experiments.ts';
import type { LoadedTarget, ProvenanceEntry, Target } from '../target/target.ts';
import { irDrop } from './ir-drop.ts';

/** An experiment of one target. */
export interface TargetExperiment {
  /** As progress calls it. */
  readonly name: string;
  readonly run: (settings: ExperimentSettings) => readonly Figure[];
}

export interface CharacterizeOptions extends ExperimentSettings {
  /** Called before the first experiment and after each; what it throws ends the work. */
  readonly onExperiment?: (done: number, total: number, name: string | undefined) => void;
}

/** What a target has: it follows from its scheme and its sections. */
export function experimentsOf(target: Target): readonly TargetExperiment[] {
  const wires = { name: 'wires', run: () => irDrop(target) };
  return [...schemeExperiments(target), ...conditionExperiments(target), ...(target.wires ? [wires] : [])];
}

export async function characterize(
  { target, provenance, fingerprint, overrides }: LoadedTarget,
  { seed, onExperiment }: CharacterizeOptions,
): Promise<Characterization> {
  const experiments = experimentsOf(target);
  const figures: Figure[] = [];
  for (const [done, { name, run }] of experiments.entries()) {
    onExperiment?.(done, experiments.length, name);
    // Signals are heard in between.
    await setImmediate();
    figures.push(...run({ seed }));
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
