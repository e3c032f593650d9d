/** What a compilation is given besides its model, and what it comes to. */
import type { ConverterSettings } from '../../passes/program/layer-converters.ts';
import type { SampleSource } from '../calibrate/record.ts';
import type { CalibrationRecord } from '../calibration-record.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import type { Graph, Origin } from '../ir/graph.ts';
import type { Mapping } from '../ir/mapping.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import type { MappingSummary } from '../ir/summary.ts';
import type { CompileOptions } from '../options.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { Made } from './artefacts.ts';

/** What happens to one node of a model. */
export interface OperatorListing {
  readonly origin: Origin;
  /** Whether its weights go to a crossbar, as a layer or folded into one. */
  readonly crossbar: boolean;
  /** What decided, in words. */
  readonly rule: string;
}

/** What a compilation made, before it is written as a package. */
export interface Compiled {
  readonly model: { readonly file: string; readonly sha256: string };
  readonly loaded: LoadedTarget;
  readonly options: CompileOptions;
  /** Where every node of the model went, and why. */
  readonly operators: readonly OperatorListing[];
  /** With quantized layers. */
  readonly graph: Graph;
  readonly mapping: Mapping;
  /** By block. */
  readonly converters: readonly ConverterSettings[];
  /** The instructions of every array, made one array at a time. */
  readonly schedule: () => Iterable<ArrayProgram>;
  readonly record: CalibrationRecord;
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
