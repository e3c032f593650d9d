/** One array of a chip whose cells learning pulses: its cells as programming left them, and what pulses on them take. */
import { openCells } from '../../schemes/cells.ts';
import { halfSelected } from '../../schemes/parallel-update/count-pulses.ts';
import type { UpdatableCells } from '../../schemes/scheme.ts';
import { drawStuckCells } from '../../target/faults.ts';
import type { Target } from '../../target/target.ts';
import type { Numbers } from '../numbers.ts';

/** An array as it was programmed; rows x columns each. */
export interface ProgrammedCells {
  /** S. */
  readonly conductances: Float32Array;
  /** 1 where the cell was formed. */
  readonly formed: Uint8Array;
  readonly cycles: Uint32Array;
  /** Operations that each cell has seen. */
  readonly operations: Uint32Array;
}

export interface PulsedArray {
  readonly cells: UpdatableCells;
  readonly columns: number;
  readonly before: ProgrammedCells;
  /** Formed cells of every row and column, which are all that is half-selected. */
  readonly formed: { readonly rows: Float64Array; readonly columns: Float64Array };
  /** Standard deviation of a reading, in units of the states of cells. */
  readonly readNoise: number;
  /** Read what of it belongs to layers, to be called when all cells may have changed. */
  readonly readers: (() => void)[];
  /** Number of the next update, which keys its draws. */
  readonly next: { number: number };
}

type ArrayUpdate = Parameters<UpdatableCells['update']>[0];

/** @param number of the array, which keys its devices together with the seed, as it does for `program` */
export function openPulsedArray(
  target: Target,
  seed: number,
  number: number,
  before: ProgrammedCells,
): PulsedArray {
  const { rows, columns } = target.array;
  const { faults, cell } = target;
  const { updates, readBack } = openCells(target, { rows, columns, hiddenBits: 0 }, seed, number);
  const cells = updates!;
  const held = faults && drawStuckCells(faults, cell, seed, number, rows * columns);
  cells.take(before.conductances, held);
  const formed = { rows: new Float64Array(rows), columns: new Float64Array(columns) };
  for (const [index, flag] of before.formed.entries()) {
    formed.rows[Math.floor(index / columns)]! += flag;
    formed.columns[index % columns]! += flag;
  }
  // As a chip numbers them: no operation of a cell has had this one.
  const next = { number: before.operations.reduce((most, count) => Math.max(most, count), 0) };
  const readNoise = (readBack?.readNoise ?? 0) / cells.states().unit;
  return { cells, columns, before, formed, readNoise, readers: [], next };
}

/** What pulses have done. */
export interface PulseWork {
  /** Updates, each of all cells of a layer at once. */
  updates: number;
  /** Slots of all phases of these, in each of which lines pulse once. */
  slots: number;
  setPulses: number;
  resetPulses: number;
  /** Pulses on half-selected cells. */
  halfSelects: number;
}

export const noWork = (): PulseWork => ({
  updates: 0,
  slots: 0,
  setPulses: 0,
  resetPulses: 0,
  halfSelects: 0,
});

/** Applies one update. @returns whether it reached all cells; else rows alone have changed that pulsed */
export function pulseArray(array: PulsedArray, update: ArrayUpdate, work: PulseWork): boolean {
  const { cells, formed, next } = array;
  const counts = cells.update(update, next.number++);
  work.setPulses += counts.steps.up;
  work.resetPulses += counts.steps.down;
  if (update.bias === 'half') work.halfSelects += halfSelected(counts, formed.rows, formed.columns, update);
  return counts.everywhere;
}

/** Cycles of the most used cell. */
export function mostCyclesOf({ cells, before, columns }: PulsedArray): number {
  const { stepsUp, stepsDown, cycles } = cells.memory();
  const { stride } = cells.states();
  return before.cycles.reduce((most, count, cell) => {
    if (!before.formed[cell]) return most;
    const at = Math.floor(cell / columns) * stride + (cell % columns);
    return Math.max(most, count + stepsUp![at]! + stepsDown![at]! + cycles![at]!);
  }, 0);
}

/** Counts down to the endurance of cells between looks at all of them. */
export function openReserve(arrays: ReadonlyMap<number, PulsedArray>, limit: number | undefined) {
  const most = () => [...arrays.values()].reduce((cycles, array) => Math.max(cycles, mostCyclesOf(array)), 0);
  let left = 0;
  return {
    cycles: () => ({ memristor: most() }),
    /** @param steps that a cell can make at most */
    wornBy(steps: number): 'memristor' | undefined {
      if (limit === undefined) return undefined;
      if (left < steps) left = limit - most();
      if (left < steps) return 'memristor';
      left -= steps;
      return undefined;
    },
    forget() {
      left = 0;
    },
  };
}

/** Whether numbers of that name could be of arrays: states are any, the rest are counts. */
export const holdsPulsed = (name: string, value: number): boolean =>
  !name.startsWith('array ') || name.endsWith('.w') || value >= 0;

/** What checkpoints keep of arrays, by name. */
export function memoryOf(arrays: ReadonlyMap<number, PulsedArray>): Record<string, Numbers> {
  return Object.fromEntries(
    [...arrays].flatMap(([number, { cells }]) =>
      Object.entries(cells.memory()).map(([name, numbers]) => [`array ${number}.${name}`, numbers]),
    ),
  );
}
