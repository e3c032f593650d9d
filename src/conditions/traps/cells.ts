/** Cells whose traps move them from state to state, around the conductance that they have on average. */
import { openStream } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import { chainOf, walk } from '../fluctuator.ts';
import { drawTraps, mostTraps } from './draw-traps.ts';
import type { Traps } from './model.ts';

export const trapping: CellLaws<Traps>['fluctuation'] = (law, { seed, array, times }) => {
  const sets = openStream(seed, 'traps', array);
  const states = openStream(seed, 'trap-states', array);
  return (g, cell) => {
    let moved = g;
    for (const [i, { amplitude, dwell }] of drawTraps(law, sets, cell).entries()) {
      states.seek(mostTraps * cell + i);
      const chain = chainOf(dwell, times);
      moved += amplitude * (walk(chain, states) - chain.mean);
    }
    return Math.max(0, moved);
  };
};
