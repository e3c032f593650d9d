/** What the converters of a programmed chip see: its arrays at a time after programming, through their wires. */
import type { AccumulatedNoise } from '../conditions/condition.ts';
import { accumulates, changesWithTime, fluctuates, hasReadNoise } from '../conditions/models.ts';
import { currentOverLimit } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { placesOnChip } from '../ir/passes.ts';
import { type PiecewiseLinear, piecewiseLinear } from '../target/nonlinearity.ts';
import type { Target } from '../target/target.ts';
import { availableThreads, collect } from '../threads/pool.ts';
import { accumulatedNoise, inState } from './accumulated-noise.ts';
import { leadsOf } from './ages.ts';
import type { Chip } from './chip.ts';
import { type ConverterErrors, drawConverters } from './converter-errors.ts';
import { type ArrayTask, job, type ReadArray, type WiredArray } from './read-array.ts';
import { type ReadConditions, raiseTime, rightAfter } from './read-conditions.ts';

/** Arrays as `foldLayer` takes them. */
export interface ReadArrays extends Pick<Chip, 'converters'> {
  readonly columns: number;
  /** Conductances that columns see (S), array by array, row by row. */
  readonly conductances: readonly Float32Array[];
  /** Variance of the white noise of every reading of every cell (S^2); undefined without. */
  readonly variances: readonly Float32Array[] | undefined;
  /** 1/f noise of readings; what is slower than an image is in the conductances. Undefined without. */
  readonly accumulated: AccumulatedNoise | undefined;
  /** Of every array's converters; undefined where the target has none. */
  readonly converterErrors: readonly ConverterErrors[] | undefined;
  /** Read as if the wires had no resistance. */
  readonly unwired: boolean;
  /** Read as if converters neither rounded nor saturated. */
  readonly unconverted?: boolean;
  /** Drivers and columns whose largest current is over the target's limit: at most one of each kind. */
  readonly warnings: readonly Diagnostic[];
  /** What bends all converters, over codes, and all drivers, over levels, alike. */
  readonly curves: {
    readonly converter: PiecewiseLinear | undefined;
    readonly driver: PiecewiseLinear | undefined;
  };
}

export interface ReadOptions {
  readonly threads?: number;
  readonly onArray?: (done: number, total: number) => void;
}

/**
 * The arrays of a chip under given conditions; the same chip and conditions give the same arrays.
 * @param conditions what is not given is as right after programming, with all that the target has
 * @throws DiagnosticError options/time-before-programming
 */
export async function readArrays(
  chip: Chip,
  target: Target,
  conditions: Partial<ReadConditions> = {},
  options: ReadOptions = {},
): Promise<ReadArrays> {
  const asked = { ...rightAfter, ...conditions };
  const all = effective(target, asked);
  raiseTime(target, all.at);
  const { columns } = chip.header;
  const unwired = target.wires !== undefined && !all.wires;
  const converting = {
    ...{ columns, unwired, converters: chip.converters },
    ...(unconverted.has(chip.conductances) && { unconverted: true }),
    ...convertersOf(chip, target),
  };
  const still = all.at === 0 && !all.wires && !all.noise && !fluctuates(target) && !target.driverErrors;
  if (still && leadsOf(chip)[0] === 0)
    return { ...converting, ...withoutNoise, conductances: chip.conductances, warnings: [] };
  const arrays = await remembered(chip, target, all, (as) => readAll(chip, target, as, options));
  const slow = all.noise && accumulates(target);
  return {
    ...converting,
    conductances: slow
      ? await inState(chip, target, asked, arrays, options)
      : arrays.map((array) => array.conductances),
    variances: all.noise && arrays[0]?.variances ? arrays.map((array) => array.variances!) : undefined,
    accumulated: slow ? accumulatedNoise(chip, target, asked, arrays) : undefined,
    warnings: currentWarnings(arrays),
  };
}

/** What reading anew and anew comes to on average: without the noise that is faster than an image. */
export function averaged(arrays: ReadArrays): ReadArrays {
  return { ...arrays, ...withoutNoise };
}

const withoutNoise = { variances: undefined, accumulated: undefined };

/** The line of each kind that is furthest over its limit, and on how many arrays there are such. */
function currentWarnings(arrays: readonly ReadArray[]): Diagnostic[] {
  return (['driver', 'column'] as const).flatMap((kind) => {
    const found = arrays.flatMap(({ over }, array) =>
      over.filter(({ line }) => line === kind).map((excess) => ({ array, excess })),
    );
    const [worst] = found.sort((a, b) => b.excess.current - a.excess.current);
    return worst ? [currentOverLimit(worst.array, worst.excess, found.length, arrays.length)] : [];
  });
}

/** Errors of the converters, and what bends them and the drivers: the same whenever a chip is read. */
function convertersOf(
  { seed, header, passes, conductances }: Chip,
  { adc, driver, adcErrors, driverErrors }: Target,
): Pick<ReadArrays, 'converterErrors' | 'curves'> {
  const half = 2 ** (adc.bits - 1);
  return {
    converterErrors:
      adcErrors &&
      placesOnChip(passes, conductances.length).map((array) =>
        drawConverters(adcErrors, adc.sharedBy, { seed, array, columns: header.columns }),
      ),
    curves: {
      converter: adcErrors && piecewiseLinear(adcErrors.nonlinearity, -half, half - 1),
      driver: driverErrors && piecewiseLinear(driverErrors.nonlinearity, 0, 2 ** driver.bits - 1),
    },
  };
}

/** Conditions without what the target does not have, and without what only 1/f noise depends on. */
function effective(target: Target, conditions: ReadConditions): ReadConditions {
  const slow = fluctuates(target);
  return {
    ...conditions,
    at: slow || changesWithTime(target) || conditions.at < 0 ? conditions.at : 0,
    wires: conditions.wires && target.wires !== undefined,
    noise: conditions.noise && hasReadNoise(target),
    ...(!slow && { batch: 0, interval: 0 }),
    image: 0,
  };
}

async function readAll(
  chip: Chip,
  target: Target,
  conditions: ReadConditions,
  { threads = availableThreads(), onArray }: ReadOptions,
): Promise<readonly ReadArray[]> {
  const { rows, columns } = chip.header;
  const context = { target, rows, columns, seed: chip.seed, conditions, leads: leadsOf(chip) };
  const group = conditions.wires ? groups.get(chip.conductances) : undefined;
  const onChip = placesOnChip(chip.passes, chip.conductances.length);
  const tasks = chip.conductances.map((conductances, array): ArrayTask => {
    const { traps, rewritten } = chip;
    const like = group?.solved?.[array];
    return {
      array: onChip[array]!,
      conductances,
      traps: traps?.[array],
      passes: rewritten?.passes[array],
      like,
    };
  });
  const read = await collect(job, context, tasks, { threads, count: tasks.length, onDone: onArray });
  if (group) group.solved ??= read.map(({ wired }) => wired!);
  return read.map(({ wired: _, ...array }) => array);
}

/** Chips that differ little from each other. */
export interface AlikeChips {
  /** The arrays of the one that was read through its wires first. */
  solved?: readonly WiredArray[];
}

const unconverted = new WeakSet<Chip['conductances']>();

/** From now on, the chip is read as if its converters neither rounded nor saturated. */
export function readUnconverted(chip: Chip): void {
  unconverted.add(chip.conductances);
}

const groups = new WeakMap<Chip['conductances'], AlikeChips>();

/**
 * From now on, what wires make of the chip is told from the first of the group that is read through them (src/wires/like.ts), in place of
 * solving its arrays: lines over their limits are not told of it.
 */
export function readAsAlike(chip: Chip, group: AlikeChips): void {
  groups.set(chip.conductances, group);
}

interface Memory {
  readonly target: Target;
  readonly key: string;
  readonly arrays: Promise<readonly ReadArray[]>;
}

/**
 * The last reading of a chip through its wires, where a solve takes up to a second per array, or with 1/f noise, of which many
 * states follow each other.
 */
const memory = new WeakMap<Chip['conductances'], Memory>();

function remembered(
  chip: Chip,
  target: Target,
  conditions: ReadConditions,
  read: (conditions: ReadConditions) => Promise<readonly ReadArray[]>,
): Promise<readonly ReadArray[]> {
  // Cells alone, as `conductanceLeft` asks for them between two readings through wires, are read fast.
  if (!conditions.wires && !(conditions.noise && accumulates(target))) return read(conditions);
  // Noise of readings changes nothing of what is solved, so both with and without it are answered.
  const whole = { ...conditions, noise: hasReadNoise(target) };
  const key = JSON.stringify(whole);
  const last = memory.get(chip.conductances);
  if (last?.target === target && last.key === key) return last.arrays;
  const arrays = read(whole);
  memory.set(chip.conductances, { target, key, arrays });
  // A reading that was told to stop is none.
  arrays.catch(() => memory.delete(chip.conductances));
  return arrays;
}
