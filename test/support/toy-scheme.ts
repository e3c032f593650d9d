/** A way of programming that no chip has, to show what a new one takes: a folder's worth of laws, and two lines in registries. */
import { openStream } from '../../src/math/random.ts';
import { cells } from '../../src/schemes/cells.ts';
import { models } from '../../src/schemes/models.ts';
import { newOutcome, type OpenCells, type SchemeModel } from '../../src/schemes/scheme.ts';
import { percent } from '../../src/target/effect.ts';
import { spread } from '../../src/target/leaf.ts';

interface Toy {
  readonly scatter: number;
}

/** One shot that scatters around its level by a share of it, for a joule a pulse. */
const toy: SchemeModel<Toy> = {
  parameters: { scatter: spread('Relative spread of a conductance') },
  essentials: ['programming.scatter'],
  of: ({ programming: { scatter } }) => ({
    exact: false,
    readsBack: false,
    openLoop: false,
    tolerance: 0.5,
    precision: () => undefined,
    spread: (level) => ({ mean: level, variance: (scatter * level) ** 2 }),
    afterReset: () => ({ mean: 0, variance: 0 }),
    rates: { pulse: { time: 1, energy: 1 } },
    effects: () => [
      { name: 'toy', applied: true, parameters: { scatter: percent(scatter) }, law: 'G (1 + xi)' },
    ],
    ideals: () => ({ toy: { programming: { scheme: 'toy', scatter: 0 } } }),
  }),
};

const openToy: OpenCells<Toy> = ({ programming: { scatter } }, _shape, seed, array) => {
  const stream = openStream(seed, 'toy', array);
  return {
    gFormed: 0,
    resetPulses: 1,
    reset: () => 0,
    program({ event, level }) {
      stream.seek(event);
      const conductance = Math.max(0, level * (1 + scatter * stream.normal()));
      return { ...newOutcome(), conductance, setPulses: 1, accepted: true };
    },
  };
};

export function registerToy(): void {
  Object.assign(models, { toy });
  Object.assign(cells, { toy: openToy });
}
