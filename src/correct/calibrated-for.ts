/**
 * Which gains and biases count: turns a calibrated chip, and a time and wires, into those that were fitted under these. What wires
 * take differs from column to column, so gains that were fitted through them are wrong for a chip read as if they had no
 * resistance, and the other way round; and with time every cell moves its own way.
 */
import type { Chip } from '../chip/chip.ts';
import { readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import type { Calibration } from '../column-correction.ts';
import { accumulates, changesWithTime, fluctuates } from '../conditions/models.ts';
import { defined } from '../defined.ts';
import { foldLayer } from '../lower/fold.ts';
import type { Package } from '../package/open.ts';
import type { Target } from '../target/target.ts';
import { correctChip, type FitOptions, fitsInSequence } from './correct-chip.ts';

/** Under which conditions gains are fitted. Where there is slow noise of readings, it is there, unless `noise` is false. */
export type FitConditions = Pick<ReadConditions, 'at' | 'wires'> & { readonly noise?: boolean | undefined };

/** What chips are calibrated to under other conditions than their own: every reading asks for the same. */
const refitted = new WeakMap<Chip, Map<string, Promise<Calibration | undefined>>>();

/**
 * @param conditions `wires` counts where the target has any, `at` where its cells move with time, and `noise` where some
 *   of it is slow
 * @returns the chip's own calibration where it was fitted so, else a new one. Undefined where all layers compute exactly, and for
 *   a chip that was left uncalibrated, which has none though its layers do not
 */
export async function calibratedFor(
  pkg: Package,
  chip: Chip,
  conditions: FitConditions,
  how: FitOptions = {},
): Promise<Calibration | undefined> {
  const { target } = pkg.loaded;
  const given = {
    at: moves(target) ? conditions.at : 0,
    wires: !target.wires || conditions.wires,
    noise: !accumulates(target) || conditions.noise !== false,
  };
  const sequential = fitsInSequence(pkg, how);
  const { calibration } = chip;
  const own = calibration && {
    at: moves(target) ? calibration.at : 0,
    wires: calibration.wires,
    noise: true,
    sequential: calibration.sequential,
  };
  const key = JSON.stringify({ ...given, sequential });
  if (own ? JSON.stringify(own) === key : given.at === 0) return calibration;
  const known = refitted.get(chip) ?? new Map<string, Promise<Calibration | undefined>>();
  refitted.set(chip, known);
  const fitted = known.get(key) ?? fit(pkg, chip, given, how);
  known.set(key, fitted);
  // One that was told to stop is none.
  fitted.catch(() => known.delete(key));
  return fitted;
}

/** Whether the same cell is read otherwise at another time. */
function moves(target: Target): boolean {
  return changesWithTime(target) || fluctuates(target) || accumulates(target);
}

async function fit(
  pkg: Package,
  chip: Chip,
  conditions: Pick<ReadConditions, 'at' | 'wires' | 'noise'>,
  how: FitOptions,
): Promise<Calibration | undefined> {
  if (!chip.calibration && !(await wasExact(pkg, chip, conditions.wires, how))) return undefined;
  const fitted = await correctChip(pkg, chip, { ...how, conditions });
  // It is the same chip where there is nothing to calibrate.
  return fitted === chip ? undefined : fitted.calibration;
}

/** Whether there was nothing to calibrate when the chip had been programmed. */
async function wasExact(
  { loaded, layers }: Package,
  chip: Chip,
  wires: boolean,
  { threads, onRead: onArray }: FitOptions,
): Promise<boolean> {
  const conditions = { at: 0, wires, noise: false };
  const arrays = await readArrays(chip, loaded.target, conditions, defined({ threads, onArray }));
  return layers.every((layer) => foldLayer(layer, arrays).exact);
}
