/** A crossbar as a list of two-terminal elements, solved with nothing assumed: nodal analysis by dense LU, and ngspice. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix, solve } from 'ml-matrix';
import type { Cells, Wires } from '../../src/wires/network.ts';
import type { CellLaw } from '../../src/wires/nonlinear.ts';

export interface Solved {
  readonly columnCurrents: number[];
  /** [row][column], V. */
  readonly wordlines: number[];
  readonly bitlines: number[];
}

const source = (i: number) => `v${i}`;
const wordline = (i: number, j: number) => `w${i}_${j}`;
const bitline = (i: number, j: number) => `b${i}_${j}`;
const ground = '0';

type Resistor = readonly [from: string, to: string, ohm: number];

function wiresOf({ rows, columns }: Cells, wires: Wires): Resistor[] {
  const list: Resistor[] = [];
  for (let i = 0; i < rows; i++) {
    list.push([source(i), wordline(i, 0), wires.driver]);
    for (let j = 1; j < columns; j++) list.push([wordline(i, j - 1), wordline(i, j), wires.rowSegment]);
    if (wires.sides === 'two') list.push([wordline(i, columns - 1), source(i), wires.driver]);
  }
  for (let j = 0; j < columns; j++) {
    for (let i = 1; i < rows; i++) list.push([bitline(i - 1, j), bitline(i, j), wires.columnSegment]);
    list.push([bitline(rows - 1, j), ground, wires.sense]);
  }
  return list;
}

const grid = <T>({ rows, columns }: Cells, of: (i: number, j: number) => T): T[] =>
  Array.from({ length: rows * columns }, (_, c) => of(Math.floor(c / columns), c % columns));

/** Nodes that a wire without resistance joins are one; sources and ground have known voltages. */
export function solveDense(cells: Cells, wires: Wires, inputs: readonly number[]): Solved {
  const parent = new Map<string, string>();
  const find = (node: string): string => {
    const up = parent.get(node);
    return up === undefined ? node : find(up);
  };
  const resistors = wiresOf(cells, wires);
  const known = new Map([[ground, 0], ...inputs.map((v, i) => [source(i), v] as const)]);
  for (const [a, b, ohm] of resistors) {
    const [from, to] = [find(a), find(b)];
    // A known voltage stays the root.
    if (ohm === 0 && from !== to) known.has(from) ? parent.set(to, from) : parent.set(from, to);
  }
  const conductors = resistors.filter(([, , ohm]) => ohm > 0).map(([a, b, ohm]) => [a, b, 1 / ohm] as const);
  const { conductances, columns } = cells;
  conductors.push(
    ...grid(cells, (i, j) => [wordline(i, j), bitline(i, j), conductances[i * columns + j]!] as const),
  );
  const nodes = [...new Set(conductors.flatMap(([a, b]) => [find(a), find(b)]))].filter((n) => !known.has(n));
  const index = new Map(nodes.map((node, k) => [node, k]));
  const matrix = Matrix.zeros(Math.max(nodes.length, 1), Math.max(nodes.length, 1));
  const right = Matrix.zeros(Math.max(nodes.length, 1), 1);
  if (nodes.length === 0) matrix.set(0, 0, 1);
  for (const [a, b, siemens] of conductors)
    for (const [one, other] of [
      [find(a), find(b)],
      [find(b), find(a)],
    ] as const) {
      const row = index.get(one);
      const column = index.get(other);
      if (row === undefined || one === other) continue;
      matrix.set(row, row, matrix.get(row, row) + siemens);
      if (column === undefined) right.set(row, 0, right.get(row, 0) + siemens * known.get(other)!);
      else matrix.set(row, column, matrix.get(row, column) - siemens);
    }
  const solution = solve(matrix, right);
  const voltage = (node: string) => known.get(find(node)) ?? solution.get(index.get(find(node))!, 0);
  const [wordlines, bitlines] = [grid(cells, wordline).map(voltage), grid(cells, bitline).map(voltage)];
  const columnCurrents = Array.from({ length: columns }, () => 0);
  for (let c = 0; c < conductances.length; c++)
    columnCurrents[c % columns]! += conductances[c]! * (wordlines[c]! - bitlines[c]!);
  return { columnCurrents, wordlines, bitlines };
}

export const ngspicePresent = spawnSync('ngspice', ['--version']).status === 0;

/** Resistances must not be zero, which ngspice replaces by 1 milliohm. */
export function solveNgspice(
  cells: Cells,
  wires: Wires,
  inputs: readonly number[],
  { quadratic, cubic }: CellLaw = { quadratic: 0, cubic: 0 },
): Solved {
  const { conductances, columns } = cells;
  const lines = ['crossbar', ...inputs.map((v, i) => `V${i} ${source(i)} 0 ${v}`)];
  // Column currents flow through sources of 0 V.
  for (let j = 0; j < columns; j++) lines.push(`Vsense${j} sense${j} 0 0`);
  wiresOf(cells, wires).forEach(([a, b, ohm], k) => {
    lines.push(`R${k} ${a} ${b === ground ? `sense${a.split('_')[1]}` : b} ${ohm}`);
  });
  grid(cells, (i, j) => {
    const [g, a, b] = [conductances[i * columns + j]!, wordline(i, j), bitline(i, j)];
    const v = `V(${a},${b})`;
    if (g === 0) return;
    if (quadratic === 0 && cubic === 0) lines.push(`Rcell${i}_${j} ${a} ${b} ${1 / g}`);
    else
      lines.push(`Bcell${i}_${j} ${a} ${b} I=${g}*(${v}+(${quadratic})*${v}*${v}+(${cubic})*${v}*${v}*${v})`);
  });
  const asked = [
    ...Array.from({ length: columns }, (_, j) => `i(vsense${j})`),
    ...grid(cells, (i, j) => `v(${wordline(i, j)})`),
    ...grid(cells, (i, j) => `v(${bitline(i, j)})`),
  ];
  lines.push('.options reltol=1e-12 abstol=1e-18 vntol=1e-15', '.control', 'set numdgt=15', 'op');
  lines.push(...asked.map((what) => `print ${what}`), 'quit 0', '.endc', '.end', '');

  const folder = mkdtempSync(join(tmpdir(), 'crossloom-ngspice-'));
  try {
    const file = join(folder, 'crossbar.cir');
    writeFileSync(file, lines.join('\n'));
    const text = execFileSync('ngspice', ['-b', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const values = new Map(
      [...text.matchAll(/^(\S+) = (\S+)\s*$/gm)].map(([, name, value]) => [name!, Number(value)]),
    );
    const read = asked.map((what) => {
      const value = values.get(what);
      if (value === undefined || Number.isNaN(value)) throw new Error(`ngspice gave no ${what}:\n${text}`);
      return value;
    });
    const size = conductances.length;
    return {
      columnCurrents: read.slice(0, columns),
      wordlines: read.slice(columns, columns + size),
      bitlines: read.slice(columns + size),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
