/**
 * Chips of a package without some errors of its target. Blocks keep their places and encodings, and every draw is keyed by
 * seed, effect, array and cell: whatever errors remain have the same draws.
 */
import type { Chip } from '../chip/chip.ts';
import { type AlikeChips, readAsAlike, readUnconverted } from '../chip/read.ts';
import { settleAgain } from '../compile/settle-again.ts';
import { correctChip } from '../correct/correct-chip.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Package } from '../package/open.ts';
import { packageOf } from '../package/package-of.ts';
import { programChip } from '../program.ts';
import { errorsOf, withoutErrors } from '../target/errors.ts';
import { targetFingerprint } from '../target/load.ts';
import { quantization } from '../target/periphery.ts';
import type { LoadedTarget } from '../target/target.ts';
import { wires } from '../target/wires.ts';
import { type OnPart, type Programmed, withoutUnused } from '../tune/chips.ts';
import { lastFew } from '../tune/memo.ts';
import { manyArrays } from '../tune/options.ts';
import { endingAsExpected } from './expected-ends.ts';

export interface ChipsWithout {
  /** @param errors names of those that the chip has not */
  program(errors: readonly string[], seed: number, on: OnPart): Promise<Programmed>;
}

export interface HowCorrected {
  readonly threads: number;
  /** Seconds after programming. */
  readonly calibratedAt: number;
  /** Whether layer after layer. */
  readonly sequential: boolean;
}

/** Whether what wires make of chips is told from the first one of the same seed: solving hundreds of arrays takes minutes. */
export const wiresAreTold = ({ loaded, manifest }: Package): boolean =>
  loaded.target.wires !== undefined && manifest.summary.arrays > manyArrays;

/** What levels and converters are settled for. */
interface Settled {
  readonly compiled: Compiled;
  readonly pkg: Package;
}

/** Packages and chips that are kept in memory: with and without all errors, and what was asked for last. */
const kept = 4;

/** @param compiled the compilation of the package */
export function openChipsWithout(
  compiled: Compiled,
  pkg: Package,
  { threads, calibratedAt, sequential }: HowCorrected,
): ChipsWithout {
  const packages = lastFew<Settled>(kept);
  const chips = lastFew<Chip>(kept);
  /** By seed. */
  const alike = new Map<number, AlikeChips>();
  const told = wiresAreTold(pkg);
  /** What the compiler makes up for is settled anew where it is taken away. */
  const settled = (errors: readonly string[]) =>
    packages(JSON.stringify(errors), async () => {
      if (errors.length === 0) return { compiled, pkg };
      const anew = await settleAgain(compiled, withoutIn(pkg.loaded, errors), threads);
      return { compiled: anew, pkg: await packageOf(anew) };
    });
  const { target } = pkg.loaded;
  const corrected = target.wires !== undefined && compiled.options.wireCorrection === 'levels';
  return {
    async program(errors, seed, on) {
      const gone = errorsOf(pkg.loaded.target).filter(({ error }) => errors.includes(error));
      const acting = (acts: (typeof gone)[number]['acts']) =>
        gone.filter((one) => one.acts === acts).map(({ error }) => error);
      const settling = acting('settling');
      const writing = acting('writing');
      const { compiled: settledAnew, pkg: own } = await settled(settling);
      const written = await chips(JSON.stringify([settling, writing, seed]), async () => {
        const devices = withoutIn(own.loaded, writing);
        const how = { devices, calibrate: false, seed, threads, onArray: on('program') };
        const chip = await programChip(own, how);
        if (!corrected) return chip;
        const expected = settling.includes(wires.name) ? 'levels' : target;
        return endingAsExpected(chip, settledAnew.schedule(), devices.target, expected);
      });
      const loaded = withoutIn(
        pkg.loaded,
        gone.map(({ error }) => error),
      );
      const read = { ...own, loaded };
      const header = { ...written.header, fingerprint: loaded.fingerprint };
      const bare = { ...written, header };
      const chip = acting('unused cells').length > 0 ? withoutUnused(bare, pkg.layers) : bare;
      const how = { threads, sequential, onRead: on('read'), onLayer: on('calibrate') };
      alike.set(seed, alike.get(seed) ?? {});
      if (told) readAsAlike(chip, alike.get(seed)!);
      if (errors.includes(quantization)) readUnconverted(chip);
      return {
        pkg: read,
        chip: await correctChip(read, chip, { ...how, conditions: { at: calibratedAt } }),
      };
    },
  };
}

function withoutIn(loaded: LoadedTarget, errors: readonly string[]): LoadedTarget {
  const target = withoutErrors(loaded.target, errors);
  return { ...loaded, target, fingerprint: targetFingerprint(target) };
}
