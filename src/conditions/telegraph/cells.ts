/** Cells with a trap: a share of them, each a fluctuator of its own. */
import { openStream } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import { chainOf, walk } from '../fluctuator.ts';
import type { Telegraph } from './model.ts';

/** What the cell conducts in this state, as a factor. */
export function telegraphFactor({ amplitude }: Telegraph, state: 0 | 1): number {
  return 1 + (state - 0.5) * amplitude;
}

export const switching: CellLaws<Telegraph>['fluctuation'] = (law, { seed, array, times }) => {
  const stream = openStream(seed, 'telegraph', array);
  const chain = chainOf({ high: law.dwellHigh, low: law.dwellLow }, times);
  return (g, cell) => {
    stream.seek(cell);
    return stream.uniform() < law.share ? g * telegraphFactor(law, walk(chain, stream)) : g;
  };
};
