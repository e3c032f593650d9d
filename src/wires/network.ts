/**
 * A crossbar whose wires have resistance. Rows are counted from the top and columns from the left:
 *
 *     V_i --driver-- w(i,0) --rowSegment-- w(i,1) -- ... -- w(i,columns-1) [--driver-- V_i, where sides is 'two']
 *                      |cell                 |cell              |cell
 *     b(i-1,j) --columnSegment-- b(i,j) --columnSegment-- ... b(rows-1,j) --sense-- 0 V
 *
 * Wordlines are driven from the left, or from both ends, and bitlines are sensed at the bottom; their upper ends, and the
 * right ends of wordlines with one driver, are open. Badcrossbar has the same geometry, with `driver` equal to
 * `rowSegment` and `sense` equal to `columnSegment`.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';

/** Resistances in ohm; each may be zero, and is then exactly that. */
export interface Wires {
  /** Wordline between neighbouring cells. */
  readonly rowSegment: number;
  /** Bitline between neighbouring cells. */
  readonly columnSegment: number;
  /** Between a driver and the first cell of its wordline: output resistance and the wire up to there. */
  readonly driver: number;
  /** Between the last cell of a bitline and the virtual ground: the wire and the input resistance. */
  readonly sense: number;
  /** Whether every wordline has a driver at its left end only, or one at either end. */
  readonly sides: 'one' | 'two';
}

/** Conductances of the cells in siemens, [row][column]. An unformed cell, or one that is gated off, has 0. */
export interface Cells {
  readonly conductances: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Raises InternalError where sizes disagree, or a resistance or conductance is negative or not finite. */
export function checkNetwork({ conductances, rows, columns }: Cells, wires: Wires): void {
  const wrong = (what: string) => new InternalError('wires', what);
  if (!(rows > 0 && columns > 0) || conductances.length !== rows * columns)
    throw wrong(`${conductances.length} conductances for ${rows} x ${columns} cells`);
  for (const name of ['rowSegment', 'columnSegment', 'driver', 'sense'] as const)
    if (!(wires[name] >= 0 && wires[name] < Number.POSITIVE_INFINITY))
      throw wrong(`${name} is ${wires[name]} ohm`);
  const cell = conductances.findIndex((g) => !(g >= 0 && g < Number.POSITIVE_INFINITY));
  const place = `cell ${Math.floor(cell / columns)},${cell % columns}`;
  if (cell >= 0) throw wrong(`${place} has a conductance of ${conductances[cell]} S`);
}
