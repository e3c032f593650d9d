/**
 * A target: one kind of chip, as plain SI numbers with the origin of each. Read from a YAML file (see targets/) by
 * load.ts, which checks every field.
 */

import type { Programming } from '../schemes/models.ts';
import type { TargetBase } from './base.ts';
import type { From } from './leaf.ts';

export interface ProvenanceEntry {
  /** Path of the field, such as `adc.bits`. */
  readonly field: string;
  /** As it was written, with its unit. */
  readonly text: string;
  /** `assumed` values are shown in every report. */
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
