/** Options -> the compilation, its package, and chips programmed from it, with all errors of the target or without one. */
import type { Chip } from '../chip/chip.ts';
import { compile } from '../compile/compile.ts';
import type { Calibration } from '../compile/compiled.ts';
import { settleAgain } from '../compile/settle-again.ts';
import { correctChip } from '../correct/correct-chip.ts';
import { defined } from '../defined.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { cellsOf } from '../ir/cells.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { groupRows } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import { placementsOf } from '../ir/tiles.ts';
import type { Package } from '../package/open.ts';
import { packageOf } from '../package/package-of.ts';
import { programChip } from '../program.ts';
import type { SampleSource } from '../record/sample-source.ts';
import { errorsOf } from '../target/errors.ts';
import { targetFingerprint } from '../target/load.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import type { ModelFile } from '../verify/options.ts';
import type { Clock } from './clock.ts';
import { lastFew } from './memo.ts';

/** A mapping that can be programmed. */
export interface Mapped {
  readonly compiled: Compiled;
  readonly pkg: Package;
}

/** A chip, and the package with the target that it is read and simulated by. */
export interface Programmed {
  readonly pkg: Package;
  readonly chip: Chip;
}

/** Says how far a part of the work is, by its name. */
export type OnPart = (part: string) => (done: number, total: number) => void;

export interface Chips {
  map(options: CompileOptions, on: OnPart): Promise<Mapped>;
  program(mapped: Mapped, seed: number, on: OnPart): Promise<Programmed>;
  /** The same chip as if its target had one error less, by the name of that: places and draws are the same. */
  programWithout(mapped: Mapped, error: string, seed: number, on: OnPart): Promise<Programmed>;
}

/** What chips are made for. */
interface Subject {
  readonly model: ModelFile;
  readonly loaded: LoadedTarget;
  readonly threads: number;
  /** What inputs are recorded anew with, where other codes are asked for than the record has. */
  readonly samples?: SampleSource;
  /** Seconds after programming at which chips are calibrated. */
  readonly calibratedAt: number;
  /** Whether layer after layer. */
  readonly sequential: boolean;
  /** Takes note of what compilations take. */
  readonly clock: Pick<Clock, 'left' | 'compiled'>;
}

/** Enough for any mapping that is only looked at; what is chosen stays within the user's own bound. */
const anyArrays = 1_000_000_000;

/** Mappings and chips that are kept in memory: those that are asked for again soon. */
const kept = 2;

/** @param given the mapping that there is already */
export function openChips(
  { model, loaded, samples, threads, calibratedAt, sequential, clock }: Subject,
  trials: number,
  given: Mapped,
): Chips {
  const { record, options: first } = given.compiled;
  const mappings = lastFew<Mapped>(kept);
  const asGiven = JSON.stringify(first);
  const settled = lastFew<Package>(1);
  const chips = lastFew<Chip>(kept * Math.min(trials, kept));
  const records = new Map<string, CalibrationRecord>([[codesIn(first), record]]);
  const calibrationFor = (options: CompileOptions): Calibration => {
    const known = records.get(codesIn(options));
    return known || !samples ? { kind: 'record', record: known ?? record } : { kind: 'samples', samples };
  };
  const programNew = (pkg: Package, seed: number, on: OnPart, devices?: LoadedTarget) =>
    programChip(pkg, {
      ...defined({ devices }),
      calibrateUnder: { at: calibratedAt },
      sequential,
      ...{ seed, threads, onArray: on('program'), onRead: on('read'), onLayer: on('calibrate') },
    });
  /** The same cells on a chip that is read otherwise. */
  const calibrateAnew = (pkg: Package, chip: Chip, on: OnPart): Promise<Chip> => {
    const { calibration: _, ...bare } = chip;
    const header = { ...chip.header, fingerprint: pkg.loaded.fingerprint };
    const how = { threads, sequential, onRead: on('read'), onLayer: on('calibrate') };
    return correctChip(pkg, { ...bare, header }, { ...how, conditions: { at: calibratedAt } });
  };
  const program = (pkg: Package, seed: number, on: OnPart) =>
    chips(`${pkg.bitstream} ${seed}`, () => programNew(pkg, seed, on));
  return {
    map: async (options, on) => {
      const key = JSON.stringify(options);
      // It is in memory all the time.
      if (key === asGiven) return given;
      return mappings(key, async () => {
        // However many arrays it takes, out of the record that all share.
        const own = { ...options, arrays: anyArrays };
        const before = clock.left();
        const compiled = await compile(model, loaded, own, calibrationFor(options), {
          onProgress: (stage, done, total) => on(stage)(done, total),
        });
        clock.compiled(before - clock.left());
        records.set(codesIn(options), compiled.record);
        return { compiled, pkg: await packageOf(compiled) };
      });
    },
    program: async ({ pkg }, seed, on) => ({ pkg, chip: await program(pkg, seed, on) }),
    async programWithout({ compiled, pkg }, error, seed, on) {
      const { acts, ideal } = errorsOf(pkg.loaded.target).find((one) => one.error === error)!;
      const devices = withTarget(pkg.loaded, ideal);
      const own = { ...pkg, loaded: devices };
      switch (acts) {
        case 'writing':
          return { pkg: own, chip: await programNew(pkg, seed, on, devices) };
        case 'settling': {
          const anew = await settled(`${pkg.bitstream} ${error}`, async () =>
            packageOf(await settleAgain(compiled, devices, threads)),
          );
          return { pkg: anew, chip: await programNew(anew, seed, on) };
        }
        case 'reading':
          return { pkg: own, chip: await calibrateAnew(own, await program(pkg, seed, on), on) };
        case 'unused cells': {
          const chip = withoutUnused(await program(pkg, seed, on), pkg.layers);
          return { pkg: own, chip: await calibrateAnew(own, chip, on) };
        }
      }
    },
  };
}

/** What the options say of the bits of input codes: by it records differ. */
const codesIn = ({ inputBits, layers }: CompileOptions): string =>
  JSON.stringify([
    inputBits,
    layers.flatMap((layer) => (layer.inputBits ? [[layer.match, layer.inputBits]] : [])),
  ]);

/** A target of its own, for `loaded`. */
function withTarget(loaded: LoadedTarget, target: Target): LoadedTarget {
  return { ...loaded, target, fingerprint: targetFingerprint(target) };
}

/** The chip with nothing where no weight is: neither outside blocks nor, in those of pairs, off their diagonals. */
export function withoutUnused(chip: Chip, layers: readonly CrossbarLayer[]): Chip {
  const { columns } = chip.header;
  const conductances = chip.conductances.map(({ length }) => new Float32Array(length));
  for (const layer of layers)
    for (const block of placementsOf(layer)) {
      const { rows, added, subtracted } = cellsOf(block, layer.encoding);
      const height = groupRows(block);
      const width = block.columns.end - block.columns.start;
      const [from, to] = [chip.conductances[block.array]!, conductances[block.array]!];
      for (const [row, line] of rows.entries())
        for (const [column, plus] of added.entries()) {
          const diagonal = Math.floor(row / height) === Math.floor(column / width);
          if (layer.encoding === 'differential' && !diagonal) continue;
          for (const cell of [line * columns + plus, line * columns + subtracted[column]!])
            to[cell] = from[cell]!;
        }
    }
  return { ...chip, conductances };
}
