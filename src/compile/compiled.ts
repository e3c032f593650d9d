/** What a compilation is given besides its model. */

import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { SampleSource } from '../record/sample-source.ts';
import type { Made } from './artefacts.ts';

/** How the inputs of layers are known: from samples, or from an earlier record. */
export type Calibration =
  | { readonly kind: 'samples'; readonly samples: SampleSource }
  | { readonly kind: 'record'; readonly record: CalibrationRecord };

export interface CompileHooks {
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
  /** Called after every pass with what it made. */
  readonly onPass?: (name: string, made: Made) => void;
}
