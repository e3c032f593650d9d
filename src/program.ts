/**
 * Programs a simulated chip from a package: executes its bitstream array by array, or its delta on a chip that was
 * programmed before, then calibrates what came out.
 */
import { readSections } from './bitstream/decode.ts';
import { applyDelta } from './chip/apply-delta.ts';
import type { Chip } from './chip/chip.ts';
import { executeBitstream } from './chip/execute.ts';
import { executePasses } from './chip/execute-passes.ts';
import { type CorrectOptions, correctChip } from './correct/correct-chip.ts';
import { defined } from './defined.ts';
import { deltaNotApplicable, optionInvalid } from './diagnostics/all.ts';
import { raise } from './diagnostics/diagnostic.ts';
import { placeOf } from './files/files.ts';
import type { BitstreamHeader } from './ir/schedule.ts';
import { readPrograms } from './package/bitstreams.ts';
import { deltaFile } from './package/manifest.ts';
import { deltaIn, type Package } from './package/open.ts';
import { checkRewrite } from './rewrite/check-rewrite.ts';
import { type RewriteOptions, rewriteChip } from './rewrite/rewrite-chip.ts';
import { schemeOf } from './schemes/models.ts';
import type { LoadedTarget } from './target/target.ts';
import { availableThreads } from './threads/pool.ts';

export interface ProgramChipOptions {
  /** Any safe integer: one seed is one chip, with its own devices and its own programming errors. */
  readonly seed: number;
  /** In place of the target that the package was compiled for: the same program on a chip of these devices. */
  readonly devices?: LoadedTarget;
  /** Keep what a later delta needs, on a chip that can learn; takes seven times the memory. Default: false. */
  readonly keepHistory?: boolean;
  /** Write the chip against what is measured on it, before it is calibrated. Default: it is left as it was programmed. */
  readonly rewrite?: RewriteOptions | undefined;
  /** Re-estimate digital gain and bias of every column on the programmed chip. Default: true. */
  readonly calibrate?: boolean;
  /** What may be fitted at most. Default: `defaultCorrection`. */
  readonly correction?: CorrectOptions['correction'];
  /** What the chip is read under for that. Default: right after programming, through the wires that the target has. */
  readonly calibrateUnder?: CorrectOptions['conditions'];
  /** Whether layers are corrected one after the other, where the package has samples for it. Default: false. */
  readonly sequential?: CorrectOptions['sequential'];
  /** Worker threads. Default: as many as this machine runs at once. The chip is the same for any number. */
  readonly threads?: number;
  /** Called at the start, and after every programmed array. */
  readonly onArray?: (done: number, total: number) => void;
  /** Called at the start, and after every layer of every pass that writes the chip again. */
  readonly onRewrite?: ((done: number, total: number) => void) | undefined;
  /** Called at the start, and after every array that was read for the calibration. */
  readonly onRead?: (done: number, total: number) => void;
  /** Called at the start, and after every calibrated layer. */
  readonly onLayer?: (done: number, total: number) => void;
}

/**
 * Programs one chip. The same package and seed give the same chip.
 * @throws DiagnosticError bitstream/invalid, bitstream/wrong-target, chip/cannot-execute, options/invalid
 */
export async function programChip(pkg: Package, options: ProgramChipOptions): Promise<Chip> {
  const { seed, devices, keepHistory = false, threads = availableThreads() } = options;
  const { header, sections } = await readPrograms(pkg);
  const own = devices ? forDevices(header, devices) : header;
  const on = devices ? { ...pkg, loaded: devices } : pkg;
  const { target } = on.loaded;
  const { rewrite, onArray, onRewrite } = options;
  if (rewrite) raise(checkRewrite(target, pkg.record, rewrite));
  const again = rewrite !== undefined && rewrite.rounds > 0;
  const learns = target.hidden !== undefined || schemeOf(target).updates === true;
  const kept = keepHistory && learns;
  const how = { seed, bitstream: pkg.bitstream, threads, ...defined({ onArray }) };
  const { passes } = pkg.manifest.summary;
  if (passes && again)
    raise([
      optionInvalid('--rewrite', 'a chip that layers take passes over is not written against its readings'),
    ]);
  const chip = passes
    ? await executePasses(own, sections, passes, on.loaded, how)
    : await executeBitstream(own, sections, on.loaded, { ...how, keepHistory: kept || again });
  if (!again) return calibrated(on, chip, threads, options);
  const { history, ...written } = await rewriteChip(
    on,
    chip,
    rewrite,
    defined({ threads, onLayer: onRewrite }),
  );
  return calibrated(on, kept ? { ...written, ...defined({ history }) } : written, threads, options);
}

/** What other devices cannot do is not announced of them: an instruction that needs it is refused where it comes. */
function forDevices({ updates: _, ...header }: BitstreamHeader, { target, fingerprint }: LoadedTarget) {
  return { ...header, fingerprint, ...defined({ updates: schemeOf(target).updates }) };
}

/**
 * Turns a chip of an earlier package into one of this: executes the package's delta on it, and calibrates it anew. The
 * chip goes on from where it was; the one that is given stays as it is.
 * @throws DiagnosticError delta/not-applicable where the package has no delta, or one that goes onto another chip; and as
 *   `programChip` does
 */
export async function programOnto(
  pkg: Package,
  chip: Chip,
  options: Omit<ProgramChipOptions, 'seed' | 'devices' | 'keepHistory' | 'rewrite' | 'onRewrite'> = {},
): Promise<Chip> {
  const { threads = availableThreads(), onArray } = options;
  if (!pkg.manifest.delta) raise([deltaNotApplicable(placeOf(pkg.files), `the package has no ${deltaFile}`)]);
  const { header, sections } = await readSections(...deltaIn(pkg));
  const changed = await applyDelta(chip, header, sections, pkg.loaded, {
    bitstream: pkg.bitstream,
    threads,
    ...defined({ onArray }),
  });
  return calibrated(pkg, changed, threads, options);
}

async function calibrated(
  pkg: Package,
  chip: Chip,
  threads: number,
  {
    calibrate = true,
    calibrateUnder,
    correction,
    sequential,
    onLayer,
    onRead,
  }: Omit<ProgramChipOptions, 'seed'>,
): Promise<Chip> {
  if (!calibrate) return chip;
  const how = defined({ conditions: calibrateUnder, correction, sequential });
  return correctChip(pkg, chip, { threads, onLayer, onRead, ...how });
}
