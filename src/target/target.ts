/**
 * A target: one kind of chip, as plain SI numbers with the origin of each. Read from a YAML file (see targets/) by
 * load.ts, which checks every field.
 */

import type { TargetBase } from './base.ts';
import type { Programming } from './programming.ts';

export type { HiddenPlane } from './base.ts';
export type { AccessTransistor, FecapAgeing, FerroelectricFilm } from './ferroelectric.ts';
export type {
  ErrorLawProgramming,
  ExactProgramming,
  Programming,
  PulseLadder,
  PulseParameters,
  PulseVerifyProgramming,
  TransferProgramming,
  WriteVerifyProgramming,
} from './programming.ts';
export type { Faults } from './sections.ts';

/** Where a number comes from. `assumed` numbers are shown in every report. */
export type From = 'paper' | 'source' | 'derived' | 'assumed';

export interface ProvenanceEntry {
  /** Path of the field, such as `adc.bits`. */
  readonly field: string;
  /** As it was written, with its unit. */
  readonly text: string;
  readonly from: From | 'override';
  /** Figure, table, digest or reasoning. */
  readonly source: string;
}

export interface Target extends TargetBase {
  readonly programming: Programming;
}

export interface LoadedTarget {
  readonly target: Target;
  /** Every field in file order, with its origin. */
  readonly provenance: readonly ProvenanceEntry[];
  /** SHA-256 of the values, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** `field=value` overrides that were applied. */
  readonly overrides: readonly string[];
}
