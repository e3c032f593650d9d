/**
 * One matrix-vector product of a crossbar with wire resistance whose cells need not be ohmic: with the voltage V across a
 * cell of conductance G, I = G (V + quadratic V^2 + cubic V^3), the law of CrossSim (I = G V + NL2 V^2 + NL3 V^3) with
 * coefficients in proportion to G. Rows may be gated off: their cells do not conduct.
 *
 * Newton's method: every cell is replaced by its tangent, a conductance and an offset, and the linear crossbar solved
 * (linear.ts), until the currents of the cells agree with those of their tangents.
 */

import { wiresNotConverged } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { type LinearCells, solveLinear } from './linear.ts';
import { type Cells, checkNetwork, type Wires } from './network.ts';

/** How a cell departs from Ohm's law. */
export interface CellLaw {
  /** 1/V. */
  readonly quadratic: number;
  /** 1/V^2. */
  readonly cubic: number;
}

interface Drive {
  /** Volt per row. */
  readonly voltages: Float32Array | Float64Array;
  /** 1 for every row whose gates are off, [row]; none without it. */
  readonly gatedOff?: Uint8Array;
  /** Ohmic without it. */
  readonly law?: CellLaw;
}

interface Accuracy {
  /** Current that may be missing at all nodes together, relative to the largest column current (1e-10). */
  readonly tolerance?: number;
  /** Newton steps at most (50). */
  readonly steps?: number;
}

interface MvmSolution {
  /** A, [column]. */
  readonly columnCurrents: Float64Array;
  /** A, [row][column], from wordline to bitline. */
  readonly cellCurrents: Float64Array;
  /** V, [row][column]. */
  readonly wordlines: Float64Array;
  readonly bitlines: Float64Array;
  /** Newton steps, and iterations of the linear solver in all of them. */
  readonly steps: number;
  readonly iterations: number;
  /** What `tolerance` bounds. */
  readonly residual: number;
}

/** Smallest slope of a tangent, relative to the ohmic cell: a law that bends back has tangents that do not conduct. */
const leastSlope = 0.05;
const linearLimit = 1000;

/**
 * Solves one product. Raises wiresNotConverged where the tolerance is not reached.
 * @param cells conductances in siemens, [row][column]
 */
export function solveMvm(cells: Cells, wires: Wires, drive: Drive, accuracy: Accuracy = {}): MvmSolution {
  checkNetwork(cells, wires);
  const { rows, columns } = cells;
  const { tolerance = 1e-10, steps: limit = 50 } = accuracy;
  const { quadratic, cubic } = drive.law ?? { quadratic: 0, cubic: 0 };
  const inputs = Float64Array.from(drive.voltages);
  const ohmic = Float64Array.from(cells.conductances, (g, c) =>
    drive.gatedOff?.[Math.floor(c / columns)] ? 0 : g,
  );
  const tangents: LinearCells = {
    rows,
    columns,
    conductances: ohmic.slice(),
    offsets: new Float64Array(ohmic.length),
  };
  const wordlines = Float64Array.from(ohmic, (_, c) => inputs[Math.floor(c / columns)]!);
  const bitlines = new Float64Array(ohmic.length);
  const cellCurrents = new Float64Array(ohmic.length);

  let enough = 0;
  let iterations = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let steps = 1; ; steps++) {
    if (steps > 1) setTangents(tangents, ohmic, wordlines, bitlines, quadratic, cubic);
    // What an ideal crossbar gives is the scale until there is a solution.
    else enough = (tolerance / 4) * largest(idealCurrents(ohmic, inputs, columns));
    const solved = solveLinear(tangents, wires, inputs, { wordlines, bitlines }, enough, linearLimit);
    iterations += solved.iterations;
    let missing = solved.missing;
    for (let c = 0; c < ohmic.length; c++) {
      const voltage = wordlines[c]! - bitlines[c]!;
      const tangent = tangents.conductances[c]! * (voltage - tangents.offsets[c]!);
      const current = ohmic[c]! * voltage * (1 + voltage * (quadratic + voltage * cubic));
      cellCurrents[c] = current;
      missing += Math.abs(current - tangent);
    }
    const columnCurrents = columnSums(cellCurrents, columns);
    const scale = largest(columnCurrents);
    const residual = missing === 0 ? 0 : missing / scale;
    if (residual <= tolerance)
      return { columnCurrents, cellCurrents, wordlines, bitlines, steps, iterations, residual };
    const diverged = !(residual < Number.POSITIVE_INFINITY);
    if (steps === limit || diverged)
      throw new DiagnosticError([
        wiresNotConverged(rows, columns, steps, diverged ? before : residual, tolerance),
      ]);
    before = residual;
    enough = (tolerance / 4) * scale;
  }
}

function setTangents(
  { conductances, offsets }: LinearCells,
  ohmic: Float64Array,
  wordlines: Float64Array,
  bitlines: Float64Array,
  quadratic: number,
  cubic: number,
): void {
  for (let c = 0; c < ohmic.length; c++) {
    const voltage = wordlines[c]! - bitlines[c]!;
    const slope = Math.max(leastSlope, 1 + voltage * (2 * quadratic + 3 * cubic * voltage));
    conductances[c] = ohmic[c]! * slope;
    offsets[c] = voltage - (voltage * (1 + voltage * (quadratic + voltage * cubic))) / slope;
  }
}

function idealCurrents(ohmic: Float64Array, inputs: Float64Array, columns: number): Float64Array {
  return columnSums(
    ohmic.map((g, c) => g * Math.abs(inputs[Math.floor(c / columns)]!)),
    columns,
  );
}

function columnSums(currents: Float64Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let c = 0; c < currents.length; c++) sums[c % columns]! += currents[c]!;
  return sums;
}

function largest(currents: Float64Array): number {
  return currents.reduce((most, current) => Math.max(most, Math.abs(current)), 0);
}
