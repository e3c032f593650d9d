/** A chip and a time -> the share of its conductance that is left then. */
import type { Chip } from '../chip/chip.ts';
import { type ReadOptions, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import type { Target } from '../target/target.ts';

/**
 * What reading all rows and columns once, all rows driven, adds up to, over what it added up to earlier.
 * @param since the earlier time (s after programming)
 */
export async function conductanceLeft(
  chip: Chip,
  target: Target,
  { at, wires }: Pick<ReadConditions, 'at' | 'wires'>,
  since: number,
  reading: ReadOptions = {},
): Promise<number> {
  if (at === since) return 1;
  const total = async (time: number) => {
    const conditions = { at: time, wires, noise: false };
    const { conductances } = await readArrays(chip, target, conditions, reading);
    return conductances.reduce((sum, cells) => sum + cells.reduce((own, g) => own + g, 0), 0);
  };
  const [before, after] = [await total(since), await total(at)];
  // What conducts nothing tells nothing.
  return before > 0 && after > 0 ? after / before : 1;
}
