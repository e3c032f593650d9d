/** How chips are read that are explained: as `verify` reads them. */
import type { Compensation } from '../correct/compensate.ts';
import type { Programmed } from '../tune/chips.ts';
import { costOf } from '../verify/cost.ts';
import { defaultStates } from '../verify/options.ts';
import { type ChipReading, openReading } from '../verify/read-chip.ts';
import type { ImageRun } from '../verify/run-images.ts';

export interface HowRead {
  /** Seconds after programming. */
  readonly at: number;
  readonly compensate: Compensation;
}

export function readProgrammed(
  { pkg, chip }: Programmed,
  { plan, threads }: Pick<ImageRun, 'plan' | 'threads'>,
  { at, compensate }: HowRead,
): Promise<ChipReading> {
  return openReading(pkg, chip, plan, costOf(pkg).conversionTime, {
    condition: { at, wires: pkg.loaded.target.wires !== undefined },
    compensate,
    noise: true,
    states: defaultStates,
    threads,
  });
}
