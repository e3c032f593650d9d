/**
 * Numbers as sums of devices, as Song, Rao et al., Science 383, 903 (2024), program them: each device is given what those before it were
 * read to miss, on a scale of its own. How close a matrix comes with so many devices a number, and what a linear system solved
 * with it comes to: Poisson's equation in two dimensions by iterations, each of which is a product with the stored matrix, beside a dense LU.
 */
import { Matrix, solve } from 'ml-matrix';
import { fluctuations } from '../src/conditions/cells.ts';
import { openStream } from '../src/math/random.ts';
import { formatTable } from '../src/report/table.ts';
import { openCells } from '../src/schemes/cells.ts';
import { schemeOf } from '../src/schemes/models.ts';
import { loadTarget } from '../src/target/load.ts';
import type { Target } from '../src/target/target.ts';

const targetName = 'tetramem-256-denoised';
const devices = 5;
const seeds = [1, 2, 3];

/** One more device for every number: what all of them add up to, averaged over time, and at one moment. */
interface Stored {
  readonly mean: Float64Array;
  readonly moment: Float64Array;
}

/**
 * @param wanted numbers; those that are 0 take no device
 * @param reads of every cell, which are averaged, before the next device is programmed
 * @returns what is stored, by the number of devices
 */
function store(target: Target, wanted: Float64Array, reads: number, seed: number): Stored[] {
  const { cell } = target;
  const { tolerance } = schemeOf(target);
  const range = cell.gUseMax - cell.gUseMin;
  const missing = wanted.slice();
  let stored: Stored = { mean: new Float64Array(wanted.length), moment: new Float64Array(wanted.length) };
  const all: Stored[] = [];
  for (let device = 0; device < devices; device++) {
    // The largest number that is missing takes the whole window.
    const scale = missing.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / range;
    const count = 2 * wanted.length;
    const cells = openCells(target, { rows: 1, columns: count, hiddenBits: 0 }, seed, device);
    const { readBack } = cells;
    const made = new Float64Array(count);
    const [mean, moment] = [stored.mean.slice(), stored.moment.slice()];
    const read = new Float64Array(count);
    for (let place = 0; place < count; place++) {
      const aim = missing[place >> 1]! / scale;
      if (wanted[place >> 1] === 0) continue;
      const level = cell.gUseMin + Math.max(0, place % 2 === 0 ? aim : -aim);
      const from = cells.reset(place, place);
      const write = { cell: place, event: count + place, from, level, tolerance, stuck: undefined };
      made[place] = cells.program!(write).conductance;
      readBack!.stream.seek(place);
      read[place] =
        made[place]! +
        (readBack!.readNoise * readBack!.stream.normal()) / Math.sqrt(reads) +
        (readBack!.trapped?.(place, 2 * count + place, reads) ?? 0);
    }
    const moves = fluctuations(target, { seed, array: device, times: [0], traps: cells.traps });
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i] === 0) continue;
      const now = (place: number) => moves.reduce((g, move) => move(g, place), made[place]!);
      missing[i]! -= scale * (read[2 * i]! - read[2 * i + 1]!);
      mean[i]! += scale * (made[2 * i]! - made[2 * i + 1]!);
      moment[i]! += scale * (now(2 * i) - now(2 * i + 1));
    }
    stored = { mean, moment };
    all.push(stored);
  }
  return all;
}

const rms = (values: Float64Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
const relative = (found: Float64Array, wanted: Float64Array) =>
  rms(found.map((v, i) => v - wanted[i]!)) / rms(wanted);

/** Numbers evenly spread from -1 to 1. */
function drawn(count: number, seed: number): Float64Array {
  const stream = openStream(seed, 'numbers', 0);
  return Float64Array.from({ length: count }, () => 2 * stream.uniform() - 1);
}

/** Inner points of the square along one side. */
const side = 12;
const unknowns = side ** 2;

/** The five-point stencil of -(d2u/dx2 + d2u/dy2), rows x columns, in units of 1/h^2. */
function poisson(): Float64Array {
  const matrix = new Float64Array(unknowns ** 2);
  for (let i = 0; i < unknowns; i++) {
    matrix[i * unknowns + i] = 4;
    if (i % side > 0) matrix[i * unknowns + i - 1] = -1;
    if (i % side < side - 1) matrix[i * unknowns + i + 1] = -1;
    if (i >= side) matrix[i * unknowns + i - side] = -1;
    if (i < unknowns - side) matrix[i * unknowns + i + side] = -1;
  }
  return matrix;
}

/** By conjugate gradients, until nothing changes: a product with the matrix each. */
function iterated(matrix: Float64Array, b: Float64Array): { x: Float64Array; products: number } {
  const product = (v: Float64Array) =>
    Float64Array.from({ length: unknowns }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < unknowns; j++) sum += matrix[i * unknowns + j]! * v[j]!;
      return sum;
    });
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, w, i) => sum + w * v[i]!, 0);
  const x = new Float64Array(unknowns);
  let products = 0;
  // The stored matrix is not quite symmetric, so its residual is taken anew and the gradients begin again.
  for (let round = 0; round < 20; round++) {
    const ax = product(x);
    const r = b.map((v, i) => v - ax[i]!);
    products++;
    if (rms(r) < 1e-13 * rms(b)) break;
    let p = r.slice();
    let rr = dot(r, r);
    for (let k = 0; k < 40 && rr > 1e-30; k++) {
      const ap = product(p);
      products++;
      const alpha = rr / dot(p, ap);
      for (let i = 0; i < unknowns; i++) {
        x[i]! += alpha * p[i]!;
        r[i]! -= alpha * ap[i]!;
      }
      const next = dot(r, r);
      p = r.map((v, i) => v + (next / rr) * p[i]!);
      rr = next;
    }
  }
  return { x, products };
}

const few = (values: readonly number[]) =>
  (values.reduce((sum, v) => sum + v, 0) / values.length).toExponential(1);
const right = (header: string) => ({ header, align: 'right' as const });

export async function precision(): Promise<string> {
  const targetOf = async (...set: readonly string[]) => (await loadTarget(targetName, set)).target;
  const moving = 'programming.unresponsive=0';
  const ways: readonly (readonly [name: string, target: Target, reads: number])[] = [
    ['256 readings', await targetOf(), 256],
    ['16,384 readings', await targetOf(), 2 ** 14],
    ['every cell moves', await targetOf(moving), 2 ** 14],
    ['not denoised', await targetOf(moving, 'programming.look.quiet=1 S'), 2 ** 14],
    ['no traps, 2^20 readings', await targetOf(moving, 'traps.perCell=0'), 2 ** 20],
  ];
  const weights = ways.map(([, own, reads]) =>
    seeds.map((seed) => {
      const wanted = drawn(2048, seed);
      return store(own, wanted, reads, seed).map(({ mean, moment }) => [
        relative(mean, wanted),
        relative(moment, wanted),
      ]);
    }),
  );
  const first = formatTable(
    [
      { header: 'devices a number', align: 'right' },
      ...ways.flatMap(([name]) => [right(name), right('at a moment')]),
    ],
    Array.from({ length: devices }, (_, device) => [
      String(device + 1),
      ...weights.flatMap((runs) => [0, 1].map((which) => few(runs.map((run) => run[device]![which]!)))),
    ]),
  );
  const matrix = poisson();
  const stream = openStream(1, 'right-hand side', 0);
  const b = Float64Array.from({ length: unknowns }, () => stream.normal());
  const dense = Float64Array.from(
    solve(
      new Matrix(
        Array.from({ length: unknowns }, (_, i) => [...matrix.subarray(i * unknowns, (i + 1) * unknowns)]),
      ),
      Matrix.columnVector([...b]),
    ).to1DArray(),
  );
  const exact = iterated(matrix, b);
  const solved = ways.map(([, own, reads]) =>
    seeds.map((seed) =>
      store(own, matrix, reads, seed).map(({ mean }) => {
        const { x, products } = iterated(mean, b);
        return [relative(x, dense), products] as const;
      }),
    ),
  );
  const second = formatTable(
    [{ header: 'devices a number', align: 'right' }, ...ways.map(([name]) => right(name))],
    [
      ...Array.from({ length: devices }, (_, device) => [
        String(device + 1),
        ...solved.map((runs) => few(runs.map((run) => run[device]![0]))),
      ]),
      ['64-bit floats', ...ways.map(() => relative(exact.x, dense).toExponential(1))],
    ],
  );
  return `\n\nrelative rms error of 2,048 numbers from -1 to 1, ${seeds.length} chips\n\n${first}\nrelative error of the solution of Poisson's equation on ${side} x ${side} points beside a dense LU, ${seeds.length} chips; ${exact.products} to ${Math.max(...solved.flat(2).map(([, products]) => products))} products\n\n${second}`;
}
