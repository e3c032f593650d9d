/** 1/f noise of cells: fluctuators with correlation times spread evenly over the decades (McWhorter 1957), added up. */
import { openStream, type Stream } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import { type Chain, chainOf, fluctuators, walk } from '../fluctuator.ts';
import type { Flicker } from './model.ts';

/**
 * The cell's sum of fluctuators at the last of the times, as a factor: every state adds +-amplitude / sqrt(count). Every
 * fluctuator has events of its own, so that its past is the same however often it was seen since.
 */
export function flickerFactor(
  { amplitude }: Flicker,
  chains: readonly Chain[],
  stream: Stream,
  cell: number,
): number {
  let sum = 0;
  for (const [i, chain] of chains.entries()) {
    stream.seek(cell * chains.length + i);
    sum += 2 * walk(chain, stream) - 1;
  }
  return Math.max(0, 1 + (amplitude * sum) / Math.sqrt(chains.length));
}

export const flickering: CellLaws<Flicker>['fluctuation'] = (law, { seed, array, times }) => {
  const stream = openStream(seed, 'flicker', array);
  const chains = fluctuators(law).map((dwell) => chainOf(dwell, times));
  return (g, cell) => g * flickerFactor(law, chains, stream, cell);
};
