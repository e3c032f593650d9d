/**
 * One array as the converters see it under given conditions: relaxation, drift and read disturb, then the state of slow fluctuators, then
 * the wires. A job, because a chip has hundreds of arrays. Every effect draws from its own stream, cell by cell.
 */
import { drawDrivers } from '../device/converter-errors.ts';
import { disturbedByReads, drifted, relaxed } from '../device/drift.ts';
import { hasReadNoise, readVariance } from '../device/read-noise.ts';
import {
  type Chain,
  chainOf,
  flickerFactor,
  fluctuators,
  telegraphFactor,
  walk,
} from '../device/telegraph.ts';
import type { Job } from '../pool.ts';
import { openStream } from '../random.ts';
import type { WireResistance } from '../target/reading.ts';
import type { Target } from '../target/target.ts';
import { effectiveBanks } from '../wires/banks.ts';
import type { EffectiveCrossbar } from '../wires/effective.ts';
import { currentsOverLimit, type Excess, worstCurrents } from '../wires/limits.ts';
import type { ReadConditions } from './read-conditions.ts';

export interface ReadContext {
  readonly target: Target;
  readonly rows: number;
  readonly columns: number;
  readonly seed: number;
  readonly conditions: ReadConditions;
}

export interface ArrayTask {
  readonly array: number;
  /** As programmed (S). */
  readonly conductances: Float32Array;
}

export interface ReadArray {
  /** Siemens, row by row. */
  readonly conductances: Float32Array;
  /** Variance of one reading of every cell (S^2); undefined without read noise. */
  readonly variances: Float32Array | undefined;
  /** The busiest driver and the busiest column that are over their limits. */
  readonly over: readonly Excess[];
}

export const job: Job<ReadContext, ArrayTask, ReadArray> = {
  module: import.meta.url,
  open: (context) => ({ run: (task) => readArray(context, task) }),
};

export function readArray(context: ReadContext, { array, conductances }: ArrayTask): ReadArray {
  const { target, conditions } = context;
  // A cell that was never formed has no filament that could drift or fluctuate.
  const unformed = Math.fround(target.cell.gUnformed);
  const formed = (cell: number) => conductances[cell] !== unformed;
  const cells = shared(conductances);
  if (conditions.at > 0) age(context, array, cells, formed);
  fluctuate(context, array, cells, formed);
  let over: readonly Excess[] = [];
  const noisy = conditions.noise && hasReadNoise(target);
  const variances = noisy ? shared(conductances) : undefined;
  variances?.forEach((g, cell) => {
    variances[cell] = formed(cell) ? readVariance(target, g, cells[cell]!, conditions.at) : 0;
  });
  if (conditions.wires && target.wires) {
    const { rows, columns } = context;
    const effective = effectiveBanks(cells, rows, columns, target.wires, bankOf(target, rows));
    over = worstOver(context, target.wires, effective);
    cells.forEach((g, cell) => {
      const seen = effective.conductances[cell]!;
      // A change of one cell reaches the converter about as weakened as its current does.
      if (variances && g > 0) variances[cell]! *= Math.min(1, seen / g) ** 2;
      cells[cell] = seen;
    });
  }
  drive(context, array, cells, variances);
  return { conductances: cells, variances, over };
}

/** Rows whose drivers give more or less than the read voltage: as if their cells conducted more or less. */
function drive(
  { target, seed, rows, columns }: ReadContext,
  array: number,
  cells: Float32Array,
  variances: Float32Array | undefined,
): void {
  if (!target.driverErrors) return;
  const gains = drawDrivers(target.driverErrors, { seed, array, rows });
  for (let cell = 0; cell < cells.length; cell++) {
    const gain = gains[Math.floor(cell / columns)]!;
    cells[cell]! *= gain;
    if (variances) variances[cell]! *= gain ** 2;
  }
}

/** Memory that threads hand over without copying. */
function shared(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}

type Formed = (cell: number) => boolean;

function age({ target, seed, conditions }: ReadContext, array: number, cells: Float32Array, formed: Formed) {
  const { relaxation, drift, readDisturb, cell: window } = target;
  const streams = {
    relaxation: openStream(seed, 'relaxation', array),
    drift: openStream(seed, 'drift', array),
  };
  for (let cell = 0; cell < cells.length; cell++) {
    if (!formed(cell)) continue;
    if (relaxation) {
      streams.relaxation.seek(cell);
      cells[cell] = relaxed(relaxation, cells[cell]!, conditions.at, streams.relaxation.normal());
    }
    if (drift) {
      streams.drift.seek(cell);
      cells[cell] = drifted(drift, cells[cell]!, conditions.at, streams.drift.normal());
    }
    if (readDisturb) cells[cell] = disturbedByReads(readDisturb, window, cells[cell]!, conditions.at);
  }
}

function fluctuate(
  { target, seed, conditions }: ReadContext,
  array: number,
  cells: Float32Array,
  formed: Formed,
): void {
  const { telegraph, flicker } = target;
  const times = timesSeen(conditions);
  if (telegraph) {
    const stream = openStream(seed, 'telegraph', array);
    const chain = chainOf({ high: telegraph.dwellHigh, low: telegraph.dwellLow }, times);
    for (let cell = 0; cell < cells.length; cell++) {
      if (!formed(cell)) continue;
      stream.seek(cell);
      if (stream.uniform() < telegraph.share) cells[cell]! *= telegraphFactor(telegraph, walk(chain, stream));
    }
  }
  if (flicker) {
    const stream = openStream(seed, 'flicker', array);
    const chains = fluctuators(flicker).map((dwell): Chain => chainOf(dwell, times));
    for (let cell = 0; cell < cells.length; cell++) {
      if (formed(cell)) cells[cell]! *= flickerFactor(flicker, chains, stream, cell);
    }
  }
}

/** Times at which fluctuators were seen so far: once after programming, then batch after batch. */
function timesSeen({ at, batch, interval }: ReadConditions): number[] {
  return [0, ...Array.from({ length: batch + 1 }, (_, i) => at + i * interval)];
}

/** The busiest driver and the busiest column that are over their limits, for the inputs that ask most of them. */
function worstOver(
  { target, rows }: ReadContext,
  wires: WireResistance,
  effective: EffectiveCrossbar,
): readonly Excess[] {
  const { vRead, rowsAtOnce } = target.driver;
  const currents = worstCurrents(effective, vRead);
  const columns = rowsAtOnce < rows ? columnCurrents(effective, target) : currents.columns;
  const over = currentsOverLimit(
    { ...currents, columns },
    { driver: wires.maxDriverCurrent, column: wires.maxColumnCurrent },
  );
  return (['driver', 'column'] as const).flatMap((kind) => {
    const [worst] = over.filter(({ line }) => line === kind).sort((a, b) => b.current - a.current);
    return worst ?? [];
  });
}

/**
 * Where fewer rows are driven at once than there are: those of a column that conduct most, of the bank that does where
 * the others are gated off.
 */
function columnCurrents({ conductances, drivers }: EffectiveCrossbar, target: Target): Float64Array {
  const { vRead, rowsAtOnce } = target.driver;
  const columns = conductances.length / drivers.length;
  const bank = bankOf(target, drivers.length);
  return Float64Array.from({ length: columns }, (_, column) => {
    const own = drivers.map((__, row) => conductances[row * columns + column]!);
    let most = 0;
    for (let end = own.length; end > 0; end -= bank) {
      const together = own
        .slice(Math.max(0, end - bank), end)
        .sort()
        .subarray(-rowsAtOnce);
      most = Math.max(most, vRead * together.reduce((sum, g) => sum + g, 0));
    }
    return most;
  });
}

/** Rows whose cells conduct at a time. */
function bankOf({ wires, driver }: Target, rows: number): number {
  return wires?.idleRows === 'gated' ? Math.min(rows, driver.rowsAtOnce) : rows;
}
