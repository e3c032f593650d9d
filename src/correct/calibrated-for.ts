/**
 * Which corrections count: turns a calibrated chip into one whose gains fit the wires that it is read through. What wires take
 * differs from column to column, so gains that were fitted through them are wrong for a chip read as if they had no resistance,
 * and the other way round. Time is no such condition: gains stay as they were fitted while a chip drifts.
 */
import type { Chip } from '../chip/chip.ts';
import type { Package } from '../package/open.ts';
import { type CorrectOptions, correctChip } from './correct-chip.ts';

/** What chips became under the other condition: every reading asks for the same. */
const refitted = new WeakMap<Chip, Promise<Chip>>();

/**
 * @param wires whether the chip is read through the wires that its target has; true for a target without any
 * @returns the chip itself where it has no corrections or they were fitted so; else calibrated anew, at the time at which
 *   it had been
 */
export async function calibratedFor(
  pkg: Package,
  chip: Chip,
  wires: boolean,
  how: Pick<CorrectOptions, 'threads' | 'onRead' | 'onLayer'> = {},
): Promise<Chip> {
  if (!chip.calibration || chip.calibration.wires === wires) return chip;
  const known = refitted.get(chip);
  if (known) return known;
  const conditions = { at: chip.calibration.at, wires };
  const fitted = correctChip(pkg, chip, { ...how, conditions });
  refitted.set(chip, fitted);
  // One that was told to stop is none.
  fitted.catch(() => refitted.delete(chip));
  return fitted;
}
