/**
 * What a crossbar with wire resistance computes, about, at a thousandth of the price: every wordline and every bitline as a
 * ladder of its own, all cells along it leading to 0 V. Of the current of a cell its wordline leaves the share of the voltage
 * that reaches it, and its bitline the share that reaches the ground; Geff is G times both. What leads over other rows and columns
 * is left out, so that changes of Geff come out better than Geff itself.
 *
 * From the far end of a wire on, what a node and all behind it conduct is Y_k = g_k + f_k+1 Y_k+1, and f_k = 1 / (1 + r Y_k) the
 * share of the voltage before segment r that is left behind it.
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
  return ladderShares(conductances, shape, wires).map((share, c) => share * conductances[c]!);
}

/**
 * What a change of every cell's conductance is worth at its converter, about: the product of both shares.
 * @param shares gets them
 */
export function ladderShares(
  conductances: Float64Array,
  shape: Shape,
  wires: Wires,
  shares: Float64Array = new Float64Array(conductances.length),
): Float64Array {
  if (wires.sides === 'one') alongRows(conductances, shape, wires, shares);
  else fromBothSides(conductances, shape, wires, shares);
  alongColumns(conductances, shape, wires, shares);
  return shares;
}

function alongRows(
  conductances: Float64Array,
  { rows, columns }: Shape,
  { rowSegment, driver }: Wires,
  shares: Float64Array,
): void {
  for (let first = 0; first < rows * columns; first += columns) {
    let behind = 0;
    for (let at = first + columns - 1; at >= first; at--) {
      const load = conductances[at]! + behind;
      const left = 1 / (1 + (at === first ? driver : rowSegment) * load);
      behind = load * left;
      shares[at] = left;
    }
    let reaching = 1;
    for (let at = first; at < first + columns; at++) {
      reaching *= shares[at]!;
      shares[at] = reaching;
    }
  }
}

function fromBothSides(
  conductances: Float64Array,
  { rows, columns }: Shape,
  { rowSegment, driver }: Wires,
  shares: Float64Array,
): void {
  const source = [1, driver] as const;
  const [grounded, resistances] = [new Float64Array(shares.length), new Float64Array(shares.length)];
  for (let i = 0; i < rows; i++) {
    const along = { first: i * columns, step: 1, count: columns };
    const row = { segment: rowSegment, start: source, end: source };
    solveLadder(along, row, conductances, grounded, shares, resistances);
  }
}

/** Multiplies by what the columns leave, row by row as the cells lie. */
function alongColumns(
  conductances: Float64Array,
  { rows, columns, bank }: Shape,
  { columnSegment, sense }: Wires,
  shares: Float64Array,
): void {
  const left = new Float64Array(Math.min(bank, rows) * columns);
  const [behind, reaching] = [new Float64Array(columns), new Float64Array(columns)];
  for (let end = rows; end > 0; end -= bank) {
    const start = Math.max(0, end - bank);
    behind.fill(0);
    reaching.fill(1);
    for (let row = start; row < end; row++) {
      const segment = row + 1 < end ? columnSegment : sense + (rows - end) * columnSegment;
      const [from, to] = [row * columns, (row - start) * columns];
      for (let j = 0; j < columns; j++) {
        const load = conductances[from + j]! + behind[j]!;
        const own = 1 / (1 + segment * load);
        behind[j] = load * own;
        left[to + j] = own;
      }
    }
    for (let row = end - 1; row >= start; row--) {
      const [from, to] = [row * columns, (row - start) * columns];
      for (let j = 0; j < columns; j++) {
        reaching[j]! *= left[to + j]!;
        shares[from + j]! *= reaching[j]!;
      }
    }
  }
}
