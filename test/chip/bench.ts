/** Targets and array programs by hand, for tests that execute them. */
import type { Chip } from '../../src/chip/chip.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../../src/ir/schedule.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { targetFingerprint } from '../../src/target/load.ts';
import type { LoadedTarget, Target } from '../../src/target/target.ts';

const common: Pick<Target, 'driver' | 'adc' | 'slices'> = {
  driver: { bits: 1, polarity: 'bipolar', vRead: 0.2, rowsAtOnce: 256 },
  adc: { bits: 8, convert: 'pair', energy: 1e-12, time: 1e-7, sharedBy: 1 },
  slices: 1,
};

export const exactTarget: Target = {
  ...common,
  name: 'exact',
  title: 'exact cells, one siemens per level',
  array: { rows: 16, columns: 16, arraysPerChip: 1 },
  driver: { ...common.driver, rowsAtOnce: 16 },
  cell: {
    levels: 128,
    gMin: 0,
    gMax: 127,
    gUseMin: 0,
    gUseMax: 127,
    encoding: 'differential',
    unused: 'unformed',
    gUnformed: 0,
  },
  programming: { scheme: 'exact' },
};

/** 64 levels from 50 to 4,144 uS, as in Rao et al. 2023. */
export const writeVerifyTarget: Target = {
  ...common,
  name: 'write-verify',
  title: '64 levels, closed loop',
  array: { rows: 256, columns: 256, arraysPerChip: 10 },
  cell: {
    levels: 64,
    gMin: 50e-6,
    gMax: 4144e-6,
    gUseMin: 50e-6,
    gUseMax: 4144e-6,
    encoding: 'differential',
    unused: 'unformed',
    gUnformed: 1e-9,
  },
  programming: {
    scheme: 'write-verify',
    tolerance: 10.8e-6,
    maxPulses: 100,
    stepGain: 0.5,
    minStep: 5e-6,
    cycleToCycle: 0.3,
    deviceToDevice: 0.2,
    readNoise: 2e-6,
    unresponsive: 0,
    resetSpread: 5e-6,
    pulseTime: 1e-7,
    pulseEnergy: 4.7e-10,
    readTime: 2e-7,
    readEnergy: 1e-11,
    formTime: 1e-6,
    formEnergy: 2e-9,
  },
};

/** One shot into a normal distribution. @param sigma coefficients of its standard deviation by conductance (S) */
export function errorLawProgramming(sigma: readonly number[]): ProgrammingOf<'error-law'> {
  return {
    scheme: 'error-law',
    distribution: 'normal',
    sigma: [...sigma],
    validFrom: 0,
    validTo: 1000,
    pulses: 1,
    unresponsive: 0,
    resetSpread: 0,
    pulseTime: 1e-7,
    pulseEnergy: 0,
    readTime: 1e-7,
    readEnergy: 0,
    formTime: 1e-6,
    formEnergy: 0,
  };
}

/** 128 lines with 8 pairs, as on the hybrid chip of Martemucci et al. 2025. */
export const transferTarget: Target = {
  ...common,
  name: 'transfer',
  title: 'hidden weights in FeCAPs, open loop',
  array: { rows: 128, columns: 16, arraysPerChip: 1 },
  driver: { ...common.driver, rowsAtOnce: 128 },
  cell: {
    levels: 8,
    gMin: 5e-6,
    gMax: 150e-6,
    gUseMin: 5e-6,
    gUseMax: 150e-6,
    encoding: 'differential',
    unused: 'unformed',
    gUnformed: 0,
  },
  programming: {
    scheme: 'transfer',
    cycleToCycle: 0.05,
    resetSpread: 1e-6,
    setTime: 1e-8,
    setEnergy: 1e-12,
    resetTime: 3e-8,
    resetEnergy: 2e-12,
    formTime: 1e-6,
    formEnergy: 2e-10,
  },
  hidden: {
    fecapsPerLine: 128,
    bits: 10,
    transferBits: 3,
    wakeUpCycles: 1000,
    wakeUpCycleTime: 1e-6,
    writeEnergy: 1e-13,
    writeTime: 2e-8,
    readTime: 5e-8,
    chargeSpread: 0.05,
    lineNoise: 0.1,
    thresholdSpread: 0.15,
    window: 0.36,
    windowSpread: 0.06,
    senseOffset: 0.01,
  },
};

export function loaded(target: Target): LoadedTarget {
  return { target, provenance: [], fingerprint: targetFingerprint(target), overrides: [] };
}

export function headerOf(target: Target, arrays: number): BitstreamHeader {
  return {
    rows: target.array.rows,
    columns: target.array.columns,
    levels: target.cell.levels,
    hiddenBits: target.hidden?.bits ?? 0,
    arrays,
    target: target.name,
    fingerprint: targetFingerprint(target),
  };
}

export const options = { seed: 1, bitstream: 'cd'.repeat(32) };

export function fullMask(columns: number): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(columns / 8) }, (_, byte) => {
    return (1 << Math.min(8, columns - 8 * byte)) - 1;
  });
}

/** Forms and resets every cell. */
export function formAll(target: Target): Instruction[] {
  const { rows, columns } = target.array;
  const mask = fullMask(columns);
  return Array.from({ length: rows }, (_, row) => row).flatMap((row): Instruction[] => [
    { op: 'form', row, mask },
    { op: 'reset', row, mask },
  ]);
}

/** Programs every cell of an array to the code that `codeOf` gives it. */
export function programAll(
  target: Target,
  array: number,
  codeOf: (row: number, column: number) => number,
): ArrayProgram {
  const { rows, columns } = target.array;
  const tolerance = 'tolerance' in target.programming ? target.programming.tolerance : 1;
  const instructions = Array.from({ length: rows }, (_, row): Instruction => {
    const codes = Uint16Array.from({ length: columns }, (_, column) => codeOf(row, column));
    return { op: 'program', row, column: 0, tolerance, codes };
  });
  return { array, instructions: [...formAll(target), ...instructions] };
}

/** Wakes every line up, writes the hidden integers that `hiddenOf` gives, and transfers every pair. */
export function transferAll(
  target: Target,
  array: number,
  hiddenOf: (row: number, pair: number) => number,
): ArrayProgram {
  const { rows, columns } = target.array;
  const pairs = columns / 2;
  const lines = Array.from({ length: rows }, (_, row) => row).flatMap((row): Instruction[] => [
    { op: 'wake-up', row, cycles: target.hidden!.wakeUpCycles },
    {
      op: 'write-hidden',
      row,
      pair: 0,
      values: Int16Array.from({ length: pairs }, (_, pair) => hiddenOf(row, pair)),
    },
  ]);
  const transfers = Array.from({ length: pairs }, (_, pair): Instruction => {
    return { op: 'transfer', pair, firstRow: 0, endRow: rows };
  });
  return { array, instructions: [...formAll(target), ...lines, ...transfers] };
}

/** What is left of a chip when it was saved and loaded. */
export const asSaved = ({ spent: _, ...chip }: Chip): Chip => chip;
