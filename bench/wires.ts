/**
 * `npm run bench -- wires`: seconds of processor time for what a crossbar with wire resistance computes, all its inputs at
 * once, and for one vector by the solver that takes nonlinear cells too. Beside it, as a ratio in the same process, a
 * banded Cholesky factorization of the same nodal equations. Times are the least of several runs. At the end, what wires
 * leave of Gaussian weights.
 */
import { cpus } from 'node:os';
import { formatTable } from '../src/report/table.ts';
import { effectiveConductances } from '../src/wires/effective.ts';
import type { Cells, Wires } from '../src/wires/network.ts';
import { solveMvm } from '../src/wires/nonlinear.ts';
import { effectiveByBand } from './banded.ts';
import { processorTime } from './clock.ts';
import { levelCorrections } from './level-corrections.ts';
import { wireLosses } from './wire-losses.ts';

const ohm = (each: number): Wires => ({
  rowSegment: each,
  columnSegment: each,
  driver: each,
  sense: each,
  sides: 'one',
});
/** Resistance of every segment in ohm, and the cells' range in siemens. */
const cases = [
  [1, 1e-6, 100e-6],
  [2, 50e-6, 4144e-6],
] as const;

export async function benchWires(): Promise<void> {
  const rows: string[][] = [];
  for (const [each, low, high] of cases) {
    const wires = ohm(each);
    const label = `${each} ohm, ${low * 1e6} to ${high * 1e6} uS`;
    const solve = (cells: Cells) => async () =>
      effectiveConductances(cells.conductances, cells.rows, cells.columns, wires).conductances;

    const [small, large] = [drawn(64, low, high), drawn(256, low, high)];
    const whole = await processorTime(9, solve(large));
    rows.push(['256 x 256, all inputs', label, `${whole.least.toFixed(3)} s`, '']);

    const voltages = new Float64Array(256).fill(0.2);
    const { columnCurrents, iterations } = solveMvm(large, wires, { voltages });
    const one = await processorTime(5, async () => solveMvm(large, wires, { voltages }));
    const effective = await solve(large)();
    let apart = 0;
    for (const [j, current] of columnCurrents.entries()) {
      let sum = 0;
      for (let i = 0; i < 256; i++) sum += effective[i * 256 + j]! * 0.2;
      apart = Math.max(apart, Math.abs(current / sum - 1));
    }
    const beside = `${iterations} iterations; differs by ${apart.toExponential(1)}`;
    rows.push(['256 x 256, one vector, iteratively', label, `${one.least.toFixed(3)} s`, beside]);

    const direct = await processorTime(25, solve(small));
    const banded = await processorTime(3, async () => effectiveByBand(small, wires));
    rows.push(['64 x 64, all inputs', label, `${direct.least.toFixed(4)} s`, '']);
    rows.push([
      '64 x 64, banded Cholesky',
      label,
      `${banded.least.toFixed(3)} s`,
      `${(banded.least / direct.least).toFixed(0)} times; differs by ${difference(await solve(small)(), effectiveByBand(small, wires)).toExponential(1)}`,
    ]);
  }
  rows.push(...(await levelCorrections()));
  process.stdout.write(`${cpus()[0]!.model}, Node ${process.version}\n\n`);
  const header = ['what', 'network', 'least', ''].map((text) => ({ header: text }));
  process.stdout.write(`${formatTable(header, rows)}\n`);
  process.stdout.write(`Signal that wires leave, in dB\n${wireLosses()}\n`);
}

/** Fixed pseudo-random square crossbar. */
function drawn(size: number, low: number, high: number): Cells {
  let state = 1;
  const conductances = Float64Array.from({ length: size * size }, () => {
    state = (state * 16807) % 2147483647;
    return low + ((high - low) * state) / 2147483647;
  });
  return { conductances, rows: size, columns: size };
}

/** Largest relative difference. */
function difference(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, c) => Math.max(most, Math.abs(value / b[c]! - 1)), 0);
}
