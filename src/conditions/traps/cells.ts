/** Cells whose traps move them from state to state, around the conductance that they have on average. */
import { openStream } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import { chainOf, walk } from '../fluctuator.ts';
import { mostTraps } from './draw-traps.ts';
import type { Traps } from './model.ts';
import { isFrozen, trapsOf } from './trap-words.ts';

export const trapping: CellLaws<Traps>['fluctuation'] = (law, { seed, array, times, traps }) => {
  const sets = openStream(seed, 'traps', array);
  const states = openStream(seed, 'trap-states', array);
  return (g, cell) => {
    const word = traps?.[cell] ?? 0;
    let moved = g;
    for (const [i, { amplitude, dwell }] of trapsOf(law, sets, word, cell, traps?.length ?? 0).entries()) {
      if (isFrozen(word, i)) continue;
      states.seek(mostTraps * cell + i);
      const chain = chainOf(dwell, times);
      moved += amplitude * (walk(chain, states) - chain.mean);
    }
    return Math.max(0, moved);
  };
};
