/** One array while its program runs: the state of every cell and FeCAP, and the devices' laws with their draws. */
import { type FecapPlane, openFecapPlane } from '../device/fecap.ts';
import {
  newTransferOutcome,
  openTransferDraws,
  type TransferDraws,
  type TransferLaw,
  type TransferOutcome,
} from '../device/transfer.ts';
import {
  newOutcome,
  openWriteVerifyDraws,
  type WriteVerifyDraws,
  type WriteVerifyOutcome,
} from '../device/write-verify.ts';
import { InternalError } from '../diagnostic.ts';
import type { ArrayGeometry } from '../ir/schedule.ts';
import { openStream, type Stream } from '../random.ts';
import type { Target, WriteVerifyProgramming } from '../target.ts';
import { type DriverSettings, type FailedCell, noCounts } from './chip.ts';

export interface WriteVerifyDevices {
  readonly scheme: 'write-verify';
  readonly law: WriteVerifyProgramming;
  readonly draws: WriteVerifyDraws;
  readonly reset: Stream;
  /** Noise of the readings that verify and program-residual instructions take. */
  readonly verify: Stream;
  readonly outcome: WriteVerifyOutcome;
}

export interface TransferDevices {
  readonly scheme: 'transfer';
  readonly law: TransferLaw;
  readonly draws: TransferDraws;
  readonly plane: FecapPlane;
  readonly outcome: TransferOutcome;
}

export type Devices = { readonly scheme: 'exact' } | WriteVerifyDevices | TransferDevices;

export interface ArrayState {
  readonly array: number;
  readonly rows: number;
  readonly columns: number;
  readonly cell: Target['cell'];
  readonly devices: Devices;
  /** Conductances (S), rows x columns. */
  readonly conductances: Float32Array;
  /** 1 where the cell was formed. */
  readonly formed: Uint8Array;
  /** Last programmed level code, -1 for none. */
  readonly levels: Int32Array;
  /** 1 where write-verify gave the cell up. */
  readonly givenUp: Uint8Array;
  /** Operations that each cell has seen: they key the draws of the next. */
  readonly operations: Uint32Array;
  /** Pulses that each memristor has seen; the RESET and SET of one transfer count as one cycle. */
  readonly cycles: Uint32Array;
  readonly counters: ReturnType<typeof noCounts>;
  readonly failed: FailedCell[];
  drivers: DriverSettings | undefined;
}

export function openArray(target: Target, geometry: ArrayGeometry, seed: number, array: number): ArrayState {
  const { rows, columns } = geometry;
  const cells = rows * columns;
  return {
    array,
    rows,
    columns,
    cell: target.cell,
    devices: devicesOf(target, geometry, seed, array),
    // Shared memory: threads hand an array over, and read the cells of a whole chip, without copying them.
    conductances: new Float32Array(new SharedArrayBuffer(4 * cells)).fill(target.cell.gUnformed),
    formed: new Uint8Array(cells),
    levels: new Int32Array(cells).fill(-1),
    givenUp: new Uint8Array(cells),
    operations: new Uint32Array(cells),
    cycles: new Uint32Array(cells),
    counters: noCounts(),
    failed: [],
    drivers: undefined,
  };
}

function devicesOf(target: Target, geometry: ArrayGeometry, seed: number, array: number): Devices {
  const { programming, hidden, cell } = target;
  switch (programming.scheme) {
    case 'exact':
      return { scheme: 'exact' };
    case 'write-verify':
      return {
        scheme: 'write-verify',
        law: programming,
        draws: openWriteVerifyDraws(seed, array),
        reset: openStream(seed, 'reset', array),
        verify: openStream(seed, 'verify-read', array),
        outcome: newOutcome(),
      };
    case 'transfer':
      if (!hidden) throw new InternalError('chip', `target ${target.name} transfers without hidden planes`);
      return {
        scheme: 'transfer',
        law: { programming, hidden, cell },
        draws: openTransferDraws(seed, array),
        plane: openFecapPlane(geometry.rows, geometry.columns >> 1, geometry.hiddenBits),
        outcome: newTransferOutcome(),
      };
  }
}

/** Keys the draws of a cell's next operation: distinct for every cell and repetition. */
export function nextEvent(state: ArrayState, cell: number): number {
  const repetition = state.operations[cell]!;
  state.operations[cell] = repetition + 1;
  return repetition * state.operations.length + cell;
}

/** Calls `visit` for the cells of a row whose bit in `mask` is set. */
export function forMasked(
  state: ArrayState,
  row: number,
  mask: Uint8Array,
  visit: (cell: number) => void,
): void {
  for (let column = 0; column < state.columns; column++) {
    if ((mask[column >> 3]! >> (column & 7)) & 1) visit(row * state.columns + column);
  }
}
