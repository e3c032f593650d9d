/**
 * What a crossbar with wire resistance computes, as one matrix. With ohmic cells, all gates on and every undriven row held
 * at 0 V by its driver, column currents are a linear map of row voltages: I = G_eff^T V. Once the inner nodes are
 * eliminated, G_eff[i][j] is the conductance that is left between driver i and virtual ground j.
 *
 * The solve is direct (region.ts): about 20 n^3 multiplications and additions for n x n cells, the same for any
 * resistances and conductances, and there is no tolerance: every element is correct to rounding.
 */
import { meshMemory } from '../kernels/mesh-join.ts';
import { wireUp } from './few-cells.ts';
import { type Cells, checkNetwork, type Wires } from './network.ts';
import { joinBelow, joinBeside, openRegions, type Rectangle, type Region, startsOf } from './region.ts';

export interface EffectiveCrossbar {
  /** Current at column j per volt on row i, all other rows at 0 V; siemens, [row][column]. */
  readonly conductances: Float64Array;
  /**
   * Current that the driver of row i gives per volt while all other rows are at 0 V, siemens, [row]: of the busier one
   * where there are two. No pattern of 0 V and the same voltage on other rows asks for more.
   */
  readonly drivers: Float64Array;
}

/** Rows and columns of the rectangles that are wired up cell by cell. */
const smallest = 4;

/**
 * The effective conductances of a crossbar.
 * @param conductances of the cells in siemens, [row][column], none negative
 * @param rows wordlines
 * @param columns bitlines
 * @param wires in ohm
 */
export function effectiveConductances(
  conductances: Float32Array | Float64Array,
  rows: number,
  columns: number,
  wires: Wires,
): EffectiveCrossbar {
  const cells: Cells = { conductances, rows, columns };
  checkNetwork(cells, wires);
  const all = { top: 0, bottom: rows, left: 0, right: columns };
  const { rim, mesh: place } = reduce(cells, wires, all, openRegions(rows, columns));
  const { bottom, size } = startsOf(0, rim);
  const { start, stride } = place;
  const mesh = meshMemory(0);

  const effective = new Float64Array(rows * columns);
  const drivers = new Float64Array(rows);
  for (let node = 0; node < bottom; node++) {
    const row = node % rows;
    for (let j = 0; j < columns; j++)
      effective[row * columns + j]! += mesh[start + node * stride + bottom + j]!;
    let sum = 0;
    // The other driver of the same row is at the same voltage.
    for (let other = 0; other < size; other++)
      if (other >= bottom || other % rows !== row)
        sum += mesh[start + Math.min(node, other) * stride + Math.max(node, other)]!;
    drivers[row] = Math.max(drivers[row]!, sum);
  }
  return { conductances: effective, drivers };
}

/** @param stacks ends of the two stacks of regions; the result is put at that of the first */
function reduce(cells: Cells, wires: Wires, at: Rectangle, stacks: readonly [number, number]): Region {
  const [start, other] = stacks;
  const [height, width] = [at.bottom - at.top, at.right - at.left];
  if (height <= smallest && width <= smallest) return wireUp(cells, wires, at, start);
  if (width >= height) {
    const middle = (at.left + at.right) >> 1;
    const left = reduce(cells, wires, { ...at, right: middle }, [other, start]);
    return joinBeside(left, reduce(cells, wires, { ...at, left: middle }, [left.end, start]), start);
  }
  const middle = (at.top + at.bottom) >> 1;
  const upper = reduce(cells, wires, { ...at, bottom: middle }, [other, start]);
  return joinBelow(upper, reduce(cells, wires, { ...at, top: middle }, [upper.end, start]), start);
}
