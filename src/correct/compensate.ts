/**
 * What is done about a chip that has moved since it was programmed: turns it, and the conditions under which it is read, into
 * the digital corrections that it is read with.
 */
import type { Chip } from '../chip/chip.ts';
import type { Calibration } from '../column-correction.ts';
import { defined } from '../defined.ts';
import type { Package } from '../package/open.ts';
import { calibratedFor, type FitConditions } from './calibrated-for.ts';
import { conductanceLeft } from './conductance-left.ts';
import type { FitOptions } from './correct-chip.ts';

/**
 * `columns`: gain and bias of every column are fitted at the time of reading, each layer by itself, on calibration vectors, unless the
 * chip was fitted in sequence before. `sequential`: so they are, and then layer after layer, on what the corrected layers before give of
 * whole samples. `none`: they stay as they were fitted before. `global`: so they do, and one digital factor makes up for the
 * conductance that all cells together have lost since.
 */
export const compensations = ['none', 'global', 'columns', 'sequential'] as const;
export type Compensation = (typeof compensations)[number];

/** Whether gains and biases are fitted anew at the time of reading. */
export function fitsAnew(compensate: Compensation): boolean {
  return compensate === 'columns' || compensate === 'sequential';
}

/** What is done where nobody says. */
export const usualCompensation: Compensation = 'columns';

/** What a chip's outputs are corrected by. */
export interface Corrections {
  /** Absent where nothing is calibrated. */
  readonly calibration: Calibration | undefined;
  /** Digital factor on all conversions. */
  readonly gain: number;
}

export interface CompensateOptions extends Omit<FitOptions, 'sequential'> {
  /** Default: columns. */
  readonly compensate?: Compensation | undefined;
  /** Seconds after programming at which `none` and `global` have their gains fitted. Default: when the chip's were. */
  readonly calibratedAt?: number | undefined;
}

/**
 * The corrections of a chip that is read under given conditions. One that was left uncalibrated stays so.
 * @throws DiagnosticError as `correctChip` and `readArrays` do
 */
export async function correctionsFor(
  pkg: Package,
  chip: Chip,
  conditions: FitConditions,
  { compensate = usualCompensation, calibratedAt, ...how }: CompensateOptions = {},
): Promise<Corrections> {
  const { at, wires } = conditions;
  const fittedAt = fitsAnew(compensate) ? at : (calibratedAt ?? chip.calibration?.at ?? 0);
  const fitting = { ...how, sequential: compensate === 'sequential' || chip.calibration?.sequential };
  const calibration = await calibratedFor(pkg, chip, { ...conditions, at: fittedAt }, fitting);
  if (compensate !== 'global') return { calibration, gain: 1 };
  const { threads, onRead: onArray } = how;
  const reading = defined({ threads, onArray });
  const left = await conductanceLeft(chip, pkg.loaded.target, { at, wires }, fittedAt, reading);
  return { calibration, gain: 1 / left };
}

/** The chip with the calibration of these corrections: what is slow about its noise since then counts from there. */
export function calibratedChip(chip: Chip, { calibration }: Pick<Corrections, 'calibration'>): Chip {
  const { calibration: _, ...bare } = chip;
  return { ...bare, ...defined({ calibration }) };
}
