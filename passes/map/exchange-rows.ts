/**
 * Exchanges rows around the faulty cells that columns alone could not save: a row whose input hardly moves, or whose digit is
 * what the cell is stuck at, takes the place of one that suffers. Blocks side by side in an array that the same inputs drive
 * change rows together. What a row costs at a place is what the faulty cells there do to all of their columns, see fault-costs.
 */
import { logicalRows } from '../../src/ir/cells.ts';
import { blockWeightColumns, type Mapping, type PlacedBlock, wordlinesOf } from '../../src/ir/mapping.ts';
import { choosePlaces } from './choose-places.ts';
import {
  blockFaults,
  type FaultContext,
  type FaultyLayer,
  faultyLayers,
  type PlaceFault,
} from './fault-costs.ts';

export const exchangeRows = {
  name: 'exchange-rows',
  run(mapping: Mapping, context: FaultContext): Mapping {
    const layerOf = faultyLayers(mapping.layers, context);
    const together = new Map<string, number[]>();
    for (const [index, block] of mapping.blocks.entries()) {
      const wordlines = wordlinesOf(block);
      together.set(wordlines, [...(together.get(wordlines) ?? []), index]);
    }
    const blocks = [...mapping.blocks];
    for (const indices of together.values()) {
      const own = indices.map((index) => blocks[index]!);
      const rowPlaces = settle(own, layerOf(own[0]!.layer));
      if (rowPlaces) for (const index of indices) blocks[index] = { ...blocks[index]!, rowPlaces };
    }
    return { ...mapping, blocks };
  },
};

/** Rows of the blocks on the same wordlines; undefined where none is better elsewhere. */
function settle(blocks: readonly PlacedBlock[], on: FaultyLayer): Int32Array | undefined {
  const [first] = blocks as [PlacedBlock];
  const rows = logicalRows(first);
  const count = rows.length;
  const costs = blocks.flatMap((block) => rowCosts(block, on) ?? []);
  if (costs.length === 0) return undefined;
  const found = choosePlaces(count, count, false, (from, place) =>
    costs.reduce((sum, costOf) => sum + costOf(rows[from]!, place), 0),
  );
  if (!found) return undefined;
  const rowPlaces = new Int32Array(count);
  for (const [from, place] of found.place.entries()) rowPlaces[rows[from]!] = place;
  return rowPlaces;
}

/** What a logical row of a block costs at a place; undefined where no cell of the block is faulty. */
function rowCosts(block: PlacedBlock, on: FaultyLayer): ((row: number, place: number) => number) | undefined {
  // Faults by the rows of cells that they lie in, which in a block with its rows in order are the logical ones.
  const { places, rowPlaces: _, ...inOrder } = block;
  const { byPlace, costOf } = blockFaults(inOrder, on);
  if (byPlace.every((own) => own.length === 0)) return undefined;
  const columns: { column: number; flipped: boolean; faults: PlaceFault[] }[][] = [];
  for (let column = 0; column < blockWeightColumns(block); column++) {
    const flipped = places?.flipped[column] === 1;
    const own = new Map<number, PlaceFault[]>();
    for (const fault of byPlace[places?.place[column] ?? column]!)
      own.set(fault.row, [...(own.get(fault.row) ?? []), fault]);
    for (const [row, some] of own) {
      columns[row] ??= [];
      columns[row].push({ column, flipped, faults: some });
    }
  }
  return (row, place) =>
    (columns[place] ?? []).reduce((sum, { column, flipped, faults: some }) => {
      const moved = some.map((fault) => ({ ...fault, row }));
      return sum + costOf(column, flipped, moved);
    }, 0);
}
