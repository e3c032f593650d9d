/**
 * How old the cells of a chip are: a chip -> when each pass over it ended. Times of readings count from the end of the last pass;
 * a cell that an earlier one wrote is older by as much as that lies back, and what happens to it since is a draw of its own.
 */
import type { Chip } from './chip.ts';

type Written = Pick<Chip, 'rewritten'>;

/** Seconds from the end of a pass to that of the last, by pass; 0 alone for a chip that was programmed and left. */
export function leadsOf({ rewritten }: Written): readonly number[] {
  const rounds = rewritten?.rounds.length ?? 0;
  return Array.from({ length: rounds + 1 }, (_, pass) => (rounds - pass) * (rewritten?.wait ?? 0));
}

/** Seconds from the end of a pass to the readings that later passes followed, in order: each was made right before its pass. */
export function readAfter(leads: readonly number[], pass: number): number[] {
  return leads.slice(pass + 1).map((lead) => leads[pass]! - lead);
}

/** Keys the draws of what happens to a cell since it was written: of the first pass they are those of the cell. */
export function keyOf(cell: number, pass: number, cells: number): number {
  return pass * cells + cell;
}
