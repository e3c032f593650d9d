/** Programs a simulated chip from a package: executes its bitstream array by array, then calibrates what came out. */
import { readSections } from './bitstream/decode.ts';
import { calibrateOnThreads } from './calibrate/calibrate-job.ts';
import type { Chip } from './chip/chip.ts';
import { programChip as executeBitstream } from './chip/execute.ts';
import { type Package, pathIn } from './package/open.ts';
import { availableThreads } from './pool.ts';

export interface ProgramChipOptions {
  /** Any safe integer: one seed is one chip, with its own devices and its own programming errors. */
  readonly seed: number;
  /** Re-estimate digital gain and bias of every column on the programmed chip. Default: true. */
  readonly calibrate?: boolean;
  /** Worker threads. Default: as many as this machine runs at once. The chip is the same for any number. */
  readonly threads?: number;
  /** Called after every programmed array. */
  readonly onArray?: (done: number, total: number) => void;
  /** Called after every calibrated layer. */
  readonly onLayer?: (done: number, total: number) => void;
}

/**
 * Programs one chip. The same package and seed give the same chip.
 * @throws DiagnosticError bitstream/invalid, bitstream/wrong-target, chip/cannot-execute
 */
export async function programChip(pkg: Package, options: ProgramChipOptions): Promise<Chip> {
  const { seed, threads = availableThreads() } = options;
  const { header, sections } = await readSections(pathIn(pkg, 'bitstream'), pathIn(pkg, 'bitstream'));
  const loaded = { target: pkg.target, fingerprint: pkg.manifest.target.fingerprint };
  const chip = await executeBitstream(header, sections, loaded, {
    seed,
    bitstream: pkg.bitstream,
    threads,
    ...(options.onArray && { onArray: options.onArray }),
  });
  return (options.calibrate ?? true)
    ? calibrateOnThreads(pkg, chip, { threads, onLayer: options.onLayer })
    : chip;
}
