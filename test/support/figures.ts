/** The figures of a target's scheme, by name. */
import type { Chart, Figure } from '../../src/figures/figure.ts';
import { schemeExperiments } from '../../src/schemes/experiments.ts';
import { loadTarget } from '../../src/target/load.ts';

export async function figuresOf(
  name: string,
  set: readonly string[] = [],
): Promise<ReadonlyMap<string, Figure>> {
  const { target } = await loadTarget(name, set);
  const figures = schemeExperiments(target).flatMap(({ run }) => run({ seed: 1 }));
  return new Map(figures.map((figure) => [figure.name, figure]));
}

export const chartOf = (figure: Figure | undefined): Chart => {
  if (figure?.plot.form !== 'chart') throw new Error('no chart');
  return figure.plot;
};
