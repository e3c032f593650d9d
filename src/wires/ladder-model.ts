/**
 * What a crossbar with wire resistance computes, about, at a thousandth of the price: every wordline and every bitline as a
 * ladder of its own, all cells along it leading to 0 V. Of the current of a cell its wordline leaves the share of the voltage
 * that reaches it, and its bitline the share that reaches the ground; Geff is G times both. What leads over other rows and columns
 * is left out, so that changes of Geff come out better than Geff itself.
 */
import { solveLadder } from './ladder.ts';
import type { Wires } from './network.ts';

interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** Rows that conduct together, counted from the sensed end. */
  readonly bank: number;
}

/**
 * @param conductances of the cells in siemens, [row][column]
 * @returns effective conductances, as they are about
 */
export function ladderModel(conductances: Float64Array, shape: Shape, wires: Wires): Float64Array {
  const model = ladderShares(conductances, shape, wires);
  for (let c = 0; c < model.length; c++) model[c]! *= conductances[c]!;
  return model;
}

/** What a change of every cell's conductance is worth at its converter, about: the product of both shares. */
export function ladderShares(
  conductances: Float64Array,
  { rows, columns, bank }: Shape,
  { rowSegment, columnSegment, driver, sense, sides }: Wires,
): Float64Array {
  const make = () => new Float64Array(conductances.length);
  const [reaching, collected, grounded, resistances] = [make(), make(), make(), make()];
  const source = [1, driver] as const;
  const row = { segment: rowSegment, start: source, ...(sides === 'two' && { end: source }) };
  for (let i = 0; i < rows; i++) {
    const along = { first: i * columns, step: 1, count: columns };
    solveLadder(along, row, conductances, grounded, reaching, resistances);
  }
  for (let end = rows; end > 0; end -= bank) {
    const count = Math.min(bank, end);
    const start = [1, sense + (rows - end) * columnSegment] as const;
    for (let j = 0; j < columns; j++) {
      const along = { first: (end - 1) * columns + j, step: -columns, count };
      const column = { segment: columnSegment, start };
      solveLadder(along, column, conductances, grounded, collected, resistances);
    }
  }
  for (let c = 0; c < reaching.length; c++) reaching[c]! *= collected[c]!;
  return reaching;
}
