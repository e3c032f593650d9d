/** Fault maps without a chip: keyed draws of faulty cells. */
import type { FaultMap } from '../../src/ir/fault-map.ts';
import { openStream } from '../../src/math/random.ts';
import type { Target } from '../../src/target/target.ts';

/** A share of all cells, each stuck at one end of the window or between: low, anywhere, high. */
export function drawFaults(target: Target, arrays: number, share: number, seed: number, stuck = 0): FaultMap {
  const { rows, columns } = target.array;
  const { gMin, gMax } = target.cell;
  return {
    rows,
    columns,
    arrays: Array.from({ length: arrays }, (_, array) => {
      const stream = openStream(seed, 'test-faults', array);
      return Array.from({ length: rows * columns }, (_, cell) => cell).flatMap((cell) => {
        stream.seek(cell);
        if (stream.uniform() >= share) return [];
        const at = stream.uniform() < stuck ? stream.uniform() : 0;
        const conductance = gMin + at * (gMax - gMin);
        return [{ row: Math.floor(cell / columns), column: cell % columns, conductance }];
      });
    }),
  };
}
