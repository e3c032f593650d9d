/** What a compilation made, before it is written as a package: plain data, but for the schedule, which is made as it is read. */

import type { LoadedTarget } from '../target/target.ts';
import type { CalibrationRecord } from './calibration-record.ts';
import type { Expected } from './expected-signal.ts';
import type { FaultReport } from './fault-report.ts';
import type { Graph, Origin } from './graph.ts';
import type { BlockConverters, Mapping } from './mapping.ts';
import type { CompileOptions } from './options.ts';
import type { ArrayProgram } from './schedule.ts';
import type { MappingSummary } from './summary.ts';
import type { WireCorrection } from './wire-correction.ts';

/** Where one node of a model goes. */
export interface OperatorListing {
  readonly origin: Origin;
  /** Whether its weights go to a crossbar, as a layer or folded into one. */
  readonly crossbar: boolean;
  /** What decided, in words. */
  readonly rule: string;
  /** Constant weights that it keeps digital and that no node before it has; absent where there are none. */
  readonly digitalWeights?: number;
}

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
  readonly converters: readonly BlockConverters[];
  /** The instructions of every array, made one array at a time. */
  readonly schedule: () => Iterable<ArrayProgram>;
  /** By array: what makes up for its wires in the schedule; of a compilation that was read from a package. */
  readonly wireCorrection?: readonly WireCorrection[];
  readonly record: CalibrationRecord;
  readonly summary: MappingSummary;
  /** What wires and cells are expected to leave of every layer; of a target with wires that was just compiled for. */
  readonly expected?: Expected;
  /** What working around a fault map came to; the compilation is then for that chip alone. */
  readonly faults?: FaultReport;
}
