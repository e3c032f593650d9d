/** The devices of one array: the laws of their programming, their draws and what they remember. */
import { type ErrorLawDraws, openErrorLawDraws } from '../device/error-law.ts';
import { type FecapPlane, openFecapPlane } from '../device/fecap.ts';
import {
  newPulseCell,
  newPulseVerifyOutcome,
  openPulseVerifyDraws,
  type PulseCell,
  type PulseVerifyDraws,
  type PulseVerifyLaw,
  type PulseVerifyOutcome,
  pulseVerifyLaw,
} from '../device/pulse-verify.ts';
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
import type {
  ErrorLawProgramming,
  PulseVerifyProgramming,
  Target,
  WriteVerifyProgramming,
} from '../target/target.ts';

/** What cells have in common that are programmed one by one and can be read back. */
interface ReadBack<Law, Outcome> {
  readonly law: Law;
  readonly reset: Stream;
  /** Noise of the readings that verify and program-residual instructions take. */
  readonly verify: Stream;
  /** Standard deviation of one reading (S). */
  readonly readNoise: number;
  readonly outcome: Outcome;
}

export interface WriteVerifyDevices extends ReadBack<WriteVerifyProgramming, WriteVerifyOutcome> {
  readonly scheme: 'write-verify';
  readonly draws: WriteVerifyDraws;
}

export interface ErrorLawDevices extends ReadBack<ErrorLawProgramming, WriteVerifyOutcome> {
  readonly scheme: 'error-law';
  readonly draws: ErrorLawDraws;
}

export interface PulseVerifyDevices extends ReadBack<PulseVerifyProgramming, PulseVerifyOutcome> {
  readonly scheme: 'pulse-verify';
  readonly pulse: PulseVerifyLaw;
  readonly draws: PulseVerifyDraws;
  /** Where the cell goes that is programmed. */
  readonly cell: PulseCell;
  /** State w of every cell, below its write noise. */
  readonly states: Float64Array;
  /** Waits for relaxation so far: cells wait together. */
  waits: number;
}

export interface TransferDevices {
  readonly scheme: 'transfer';
  readonly law: TransferLaw;
  readonly draws: TransferDraws;
  readonly plane: FecapPlane;
  readonly outcome: TransferOutcome;
}

export type ReadBackDevices = WriteVerifyDevices | ErrorLawDevices | PulseVerifyDevices;
export type Devices = { readonly scheme: 'exact' } | ReadBackDevices | TransferDevices;

/** Whether cells are programmed one by one and can be read back; undefined where not. */
export function readBackOf(devices: Devices): ReadBackDevices | undefined {
  return devices.scheme === 'exact' || devices.scheme === 'transfer' ? undefined : devices;
}

export function devicesOf(target: Target, geometry: ArrayGeometry, seed: number, array: number): Devices {
  const { programming, hidden, cell } = target;
  const streams = {
    reset: openStream(seed, 'reset', array),
    verify: openStream(seed, 'verify-read', array),
  };
  switch (programming.scheme) {
    case 'exact':
      return { scheme: 'exact' };
    case 'write-verify':
      return {
        ...streams,
        scheme: 'write-verify',
        law: programming,
        draws: openWriteVerifyDraws(seed, array),
        readNoise: programming.readNoise,
        outcome: newOutcome(),
      };
    case 'error-law':
      return {
        ...streams,
        scheme: 'error-law',
        law: programming,
        draws: openErrorLawDraws(seed, array),
        // Its sigma is what was read, noise and all.
        readNoise: 0,
        outcome: newOutcome(),
      };
    case 'pulse-verify':
      return {
        ...streams,
        scheme: 'pulse-verify',
        law: programming,
        pulse: pulseVerifyLaw(programming, cell),
        draws: openPulseVerifyDraws(seed, array),
        readNoise: programming.readNoise,
        cell: newPulseCell(),
        states: new Float64Array(geometry.rows * geometry.columns),
        waits: 0,
        outcome: newPulseVerifyOutcome(),
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
