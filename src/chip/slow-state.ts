/**
 * The cells of an array with what of their 1/f noise is slower than an image: one value per cell and law at every time at which
 * the chip was seen, on one trajectory. A job, because a chip has millions of cells.
 */

import { covariances } from '../conditions/accumulated.ts';
import { accumulations } from '../conditions/cells.ts';
import { conditionsOf } from '../conditions/models.ts';
import { fillNormals, openEvents } from '../kernels/bulk-normals.ts';
import { lastOfCholesky } from '../math/one-over-f.ts';
import { openStream, type Stream } from '../math/random.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import { keyOf } from './ages.ts';

export interface StateContext {
  readonly seed: number;
  readonly laws: readonly StateLaw[];
}

/** What the draws of a cell are multiplied by, by the pass that wrote it: as many as times at which it was seen since. */
interface StateLaw {
  /** Section of the target, which names the draws. */
  readonly section: string;
  readonly factors: readonly Float64Array[];
}

export interface StateTask {
  readonly array: number;
  /** Siemens, and by law the variance that a factor e of time scales adds (S^2). */
  readonly conductances: Float32Array;
  readonly densities: readonly Float32Array[];
  /** The pass that wrote each cell; absent where there was one. */
  readonly passes: Uint8Array | undefined;
}

export const job: Job<StateContext, StateTask, Float32Array> = {
  module: import.meta.url,
  open: (context) => ({ run: (task) => withState(context, task) }),
};

/**
 * @param times by pass, at which its cells were seen (s after it), the last of them that of the state
 * @param shortest of the time scales that count (s)
 */
export function stateLaws(
  target: Target,
  times: readonly (readonly number[])[],
  shortest: number,
): StateLaw[] {
  const sections = conditionsOf(target, 'accumulation').map(({ section }) => section);
  return accumulations(target).map(({ clock }, law) => ({
    section: sections[law]!,
    factors: times.map((own) => lastOfCholesky(covariances(clock, own, shortest))),
  }));
}

function withState(
  { seed, laws }: StateContext,
  { array, conductances, densities, passes }: StateTask,
): Float32Array {
  const cells = new Float32Array(new SharedArrayBuffer(4 * conductances.length));
  cells.set(conductances);
  for (const [law, { section, factors }] of laws.entries()) {
    const stream = openStream(seed, section, array);
    for (const [pass, own] of factors.entries())
      addStates(cells, { density: densities[law]!, stream, factors: own, pass, passes });
  }
  return cells;
}

interface PassStates {
  readonly density: Float32Array;
  readonly stream: Stream;
  /** What the draws of a cell are multiplied by. */
  readonly factors: Float64Array;
  readonly pass: number;
  readonly passes: Uint8Array | undefined;
}

/** Adds to the cells that a pass wrote what a law's noise has come to. */
function addStates(cells: Float32Array, { density, stream, factors, pass, passes }: PassStates): void {
  const own = new Int32Array(cells.length);
  let count = 0;
  for (let cell = 0; cell < cells.length; cell++)
    if (density[cell] !== 0 && (passes?.[cell] ?? 0) === pass) own[count++] = cell;
  const events = openEvents(factors.length, count);
  for (let i = 0; i < count; i++) events[i] = keyOf(own[i]!, pass, cells.length);
  const normals = new Float64Array(factors.length * count);
  fillNormals(stream, factors.length, count, normals);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < factors.length; k++) sum += factors[k]! * normals[k * count + i]!;
    const cell = own[i]!;
    cells[cell]! += Math.sqrt(density[cell]!) * sum;
  }
}
