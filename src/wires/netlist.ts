/**
 * A crossbar and the voltages of its rows -> a netlist for ngspice: resistors for cells and wires as network.ts draws them, a source for
 * every driver, and a source of 0 V at every column's virtual ground, whose current is that of the column.
 */
import type { Cells, Wires } from './network.ts';
import { checkNetwork } from './network.ts';

export interface NetlistSettings {
  /** Volts by row; rows without one are held at 0 V. */
  readonly voltages: readonly number[];
  /** Lines of comment at the top. */
  readonly about: readonly string[];
}

/** Line after line, without line ends. `.print` lists the currents of all columns, I(VS0) and so on, in ampere. */
export function* netlistOf(
  cells: Cells,
  wires: Wires,
  { voltages, about }: NetlistSettings,
): Generator<string> {
  checkNetwork(cells, wires);
  const { rows, columns, conductances } = cells;
  const [last, bottom] = [columns - 1, rows - 1];
  // Columns are counted, and so are rows, from 0.
  yield `* ${about.join('\n* ')}`;
  for (let i = 0; i < rows; i++) {
    yield `VIN${i} in${i} 0 DC ${voltages[i] ?? 0}`;
    yield* joined(`DL${i}`, `in${i}`, `w${i}_0`, wires.driver);
    for (let j = 0; j < last; j++)
      yield* joined(`W${i}_${j}`, `w${i}_${j}`, `w${i}_${j + 1}`, wires.rowSegment);
    if (wires.sides === 'two') yield* joined(`DR${i}`, `in${i}`, `w${i}_${last}`, wires.driver);
  }
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < bottom; i++)
      yield* joined(`B${i}_${j}`, `b${i}_${j}`, `b${i + 1}_${j}`, wires.columnSegment);
    yield* joined(`S${j}`, `b${bottom}_${j}`, `s${j}`, wires.sense);
    yield `VS${j} s${j} 0 DC 0`;
  }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const g = conductances[i * columns + j]!;
      if (g > 0) yield `RC${i}_${j} w${i}_${j} b${i}_${j} ${1 / g}`;
    }
  yield '.options reltol=1e-9 abstol=1e-18';
  yield '.op';
  for (let j = 0; j < columns; j++) yield `.print dc i(VS${j})`;
  yield '.end';
}

/** A resistor; without resistance a source of 0 V, which spice takes for a wire. */
function* joined(name: string, from: string, to: string, ohm: number): Generator<string> {
  yield ohm > 0 ? `R${name} ${from} ${to} ${ohm}` : `VZ${name} ${from} ${to} DC 0`;
}
