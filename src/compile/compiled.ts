/** What a compilation is given besides its model, and what it comes to. */
import type { SampleSource } from '../calibrate/record.ts';
import type { CalibrationRecord } from '../calibration-record.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import type { Origin } from '../ir/graph.ts';
import type { MappingSummary } from '../ir/summary.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { Integers, Made, Mapped, Programmed } from './artefacts.ts';

/** What happens to one node of a model. */
export interface OperatorListing {
  readonly origin: Origin;
  /** Whether its weights go to a crossbar, as a layer or folded into one. */
  readonly crossbar: boolean;
  /** What decided, in words. */
  readonly rule: string;
}

/** What a compilation made, before it is written as a package. */
export interface Compiled
  extends Pick<Integers, 'options' | 'record' | 'graph'>,
    Pick<Mapped, 'mapping'>,
    Pick<Programmed, 'converters' | 'schedule'> {
  readonly model: { readonly file: string; readonly sha256: string };
  readonly loaded: LoadedTarget;
  /** Where every node of the model went, and why. */
  readonly operators: readonly OperatorListing[];
  readonly summary: MappingSummary;
  /** What working around a fault map came to; the compilation is then for that chip alone. */
  readonly faults?: FaultReport;
}

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
