/** What an explanation is asked for. */
import type { Compensation } from '../correct/compensate.ts';
import type { VerifyOptions } from '../verify/options.ts';

/** Images used at most, where nothing else is said. */
export const defaultImages = 100;

export interface ExplainOptions
  extends Pick<VerifyOptions, 'seed' | 'images' | 'threads' | 'acceptChance' | 'scoreOutput' | 'store'> {
  /** Chips to program. Default: 2, or 1 of a package of more than 64 arrays. */
  readonly trials?: number;
  /** Seconds after programming at which chips are read. Default: right after it. */
  readonly at?: number;
  /** Default: gain and bias of all columns are fitted as the chip is read. */
  readonly compensate?: Compensation;
  /** Whether layers are compared under every effect alone. Default: of a package of at most 64 arrays. */
  readonly layers?: boolean;
  /**
   * Whether options are tried that should help against the largest causes. Default: of a package of at most 64 arrays. Never of one that
   * was trained on a chip, or compiled around the faults of one.
   */
  readonly tries?: boolean;
  /** Called when a stage starts, and as it goes on. What it throws ends the work. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}
