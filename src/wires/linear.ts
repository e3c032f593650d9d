/**
 * Node voltages of a crossbar with wire resistance for one vector of row voltages, by conjugate gradients. The unknowns
 * are the bitline nodes; wordlines are eliminated by solving them as ladders (the Schur complement of the nodal
 * equations), and the preconditioner solves the bitlines as ladders.
 *
 * A residual current is kept as cell conductance times a voltage. Then every product needs ladders alone, never the
 * conductance of a segment, and resistances may be zero.
 */
import { type Ladder, solveLadder } from './ladder.ts';
import type { Wires } from './network.ts';

/** Cells as conductances in series with a voltage source: I = conductance (wordline - bitline - offset). */
export interface LinearCells {
  readonly rows: number;
  readonly columns: number;
  /** Siemens, [row][column]. */
  readonly conductances: Float64Array;
  /** Volt, [row][column]. */
  readonly offsets: Float64Array;
}

/** Volt, [row][column]. */
interface NodeVoltages {
  readonly wordlines: Float64Array;
  readonly bitlines: Float64Array;
}

interface LinearSolve {
  readonly iterations: number;
  /** Sum of what the currents at all nodes fail to add up to, A. It bounds the error of all column currents together. */
  readonly missing: number;
}

/**
 * Solves for `nodes`, which hold where to start from and then the result.
 * @param inputs row voltages, V
 * @param enough the missing current to stop at, A
 * @param limit of iterations
 */
export function solveLinear(
  cells: LinearCells,
  wires: Wires,
  inputs: Float64Array,
  nodes: NodeVoltages,
  enough: number,
  limit: number,
): LinearSolve {
  const { conductances, offsets } = cells;
  const { wordlines, bitlines } = nodes;
  const size = conductances.length;
  const make = () => new Float64Array(size);
  const [potentials, resistances] = [make(), make()];
  const solveRows = (to: Float64Array, from: Float64Array, driven: boolean) => {
    for (let i = 0; i < cells.rows; i++) {
      const source = [driven ? inputs[i]! : 0, wires.driver] as const;
      const ladder: Ladder = { segment: wires.rowSegment, start: source };
      const along = { first: i * cells.columns, step: 1, count: cells.columns };
      const both = wires.sides === 'two' ? { ...ladder, end: source } : ladder;
      solveLadder(along, both, conductances, from, to, resistances);
    }
  };
  const solveColumns = (to: Float64Array, from: Float64Array) => {
    const ladder: Ladder = { segment: wires.columnSegment, start: [0, wires.sense] };
    for (let j = 0; j < cells.columns; j++) {
      const along = { first: (cells.rows - 1) * cells.columns + j, step: -cells.columns, count: cells.rows };
      solveLadder(along, ladder, conductances, from, to, resistances);
    }
  };
  const wordlinesFrom = (to: Float64Array) => {
    for (let c = 0; c < size; c++) potentials[c] = bitlines[c]! + offsets[c]!;
    solveRows(to, potentials, true);
  };
  const bitlinesFrom = (from: Float64Array) => {
    for (let c = 0; c < size; c++) potentials[c] = from[c]! - offsets[c]!;
    solveColumns(bitlines, potentials);
  };

  bitlinesFrom(wordlines);
  const [residual, step, direction, pull, back] = [make(), make(), make(), make(), make()];
  wordlinesFrom(residual);
  for (let c = 0; c < size; c++) residual[c]! -= wordlines[c]!;

  solveColumns(step, residual);
  let missing = currentOf(conductances, step);
  let squared = product(conductances, residual, step);
  let keep = 0;
  let iterations = 0;
  for (; missing > enough && iterations < limit; iterations++) {
    for (let c = 0; c < size; c++) {
      direction[c] = step[c]! + keep * direction[c]!;
      pull[c] = residual[c]! + keep * pull[c]!;
    }
    solveRows(back, direction, false);
    for (let c = 0; c < size; c++) back[c] = pull[c]! - back[c]!;
    const length = squared / product(conductances, direction, back);
    for (let c = 0; c < size; c++) {
      bitlines[c]! += length * direction[c]!;
      residual[c]! -= length * back[c]!;
    }
    solveColumns(step, residual);
    missing = currentOf(conductances, step);
    const before = squared;
    squared = product(conductances, residual, step);
    keep = squared / before;
  }
  // The last step to bitlines that agree with the wordlines is `step`: what it changes in the cells' currents is missing
  // on the wordlines.
  wordlinesFrom(wordlines);
  bitlinesFrom(wordlines);
  return { iterations, missing };
}

function product(weights: Float64Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < weights.length; c++) sum += weights[c]! * a[c]! * b[c]!;
  return sum;
}

/** Through all cells together, by these voltages. */
function currentOf(conductances: Float64Array, voltages: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < voltages.length; c++) sum += conductances[c]! * Math.abs(voltages[c]!);
  return sum;
}
