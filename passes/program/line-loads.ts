/**
 * What the nominal levels of a mapping ask of drivers and columns at most, in any window of conductances: wires only take from it,
 * since no cell has more than the read voltage across it. The most that a column carries is its current with all rows that conduct
 * together at that voltage, the most that a driver gives that of its row alone.
 */
import { cellsOf, digitsOfRow } from '../../src/ir/cells.ts';
import { blockRows, groupRows, lengthOf, type Mapping, type PlacedBlock } from '../../src/ir/mapping.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { idleConductance } from '../../src/wires/level-conductances.ts';
import { codesOf, segmentsOf } from './array-segments.ts';

/** Lines of one array: cells with a level along each, the sum of their level codes, and how many cells there are. */
interface Lines {
  readonly used: Int32Array;
  readonly codes: Int32Array;
  readonly length: number;
}

/** By array: its rows, and its columns bank by bank. */
export interface LineLoads {
  readonly arrays: readonly { readonly rows: Lines; readonly columns: Lines }[];
}

export function lineLoads(mapping: Mapping, target: Target): LineLoads {
  const { rows, columns } = target.array;
  const bank = bankOf(target, rows);
  const linesOf = (count: number, length: number): Lines => ({
    used: new Int32Array(count),
    codes: new Int32Array(count),
    length,
  });
  const arrays = Array.from({ length: mapping.arrays }, () => ({
    rows: linesOf(rows, columns),
    columns: linesOf(Math.ceil(rows / bank) * columns, Math.min(bank, rows)),
  }));
  const place = { rows, columns, bank };
  for (const block of mapping.blocks) {
    const layer = mapping.layers[block.layer]!;
    const add = layer.encoding === 'differential' ? addPairs : addSegments;
    add(arrays[block.array]!, block, mapping, place);
  }
  return { arrays };
}

type Loads = LineLoads['arrays'][number];

interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly bank: number;
}

/** Where the columns of a row's bank begin. */
const firstOfBank = (row: number, { rows, columns, bank }: Place) =>
  Math.floor((rows - 1 - row) / bank) * columns;

/** Goes through the cells of pairs as they are: a mapping has millions. */
function addPairs(loads: Loads, block: PlacedBlock, { layers }: Mapping, place: Place): void {
  const layer = layers[block.layer]!;
  const cells = cellsOf(block, layer.encoding);
  const [height, width] = [groupRows(block), lengthOf(block.columns)];
  const { used, codes } = loads.columns;
  for (let r = 0; r < blockRows(block); r++) {
    const row = cells.rows[r]!;
    const bank = firstOfBank(row, place);
    const first = Math.floor(r / height) * width;
    const digits = digitsOfRow(block, layer, r);
    let sum = 0;
    for (let w = 0; w < width; w++) {
      const code = digits[w]! * cells.signs[first + w]! * layer.levelStep;
      const [plus, minus] = [bank + cells.added[first + w]!, bank + cells.subtracted[first + w]!];
      used[plus]!++;
      used[minus]!++;
      if (code > 0) codes[plus]! += code;
      else codes[minus]! -= code;
      sum += Math.abs(code);
    }
    loads.rows.used[row]! += 2 * width;
    loads.rows.codes[row]! += sum;
  }
}

function addSegments(loads: Loads, block: PlacedBlock, mapping: Mapping, place: Place): void {
  for (const segment of segmentsOf(block, mapping)) {
    const { row } = segment;
    const first = firstOfBank(row, place) + segment.column;
    for (const [at, code] of codesOf(segment).entries()) {
      loads.rows.used[row]!++;
      loads.rows.codes[row]! += code;
      loads.columns.used[first + at]!++;
      loads.columns.codes[first + at]! += code;
    }
  }
}

/** Arrays with a line that can be asked for more than its limit. @param target in whichever window */
export function overLoaded({ arrays }: LineLoads, { cell, driver, wires }: Target): number {
  const idle = idleConductance(cell);
  const over = ({ used, codes, length }: Lines, limit = Number.POSITIVE_INFINITY) =>
    used.some((count, line) => {
      const conductance = count * cell.gUseMin + codes[line]! * levelStepOf(cell) + (length - count) * idle;
      return conductance * driver.vRead > limit;
    });
  return arrays.filter(
    ({ rows, columns }) => over(rows, wires?.maxDriverCurrent) || over(columns, wires?.maxColumnCurrent),
  ).length;
}
