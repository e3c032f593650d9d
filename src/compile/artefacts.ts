/** What the compiler has after each of its stages: every stage adds to what the one before it left. */

import type { LowerContext } from '../../passes/lower/lower-linear.ts';
import type { Cut } from '../../passes/map/cut.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { EncodingChoice } from '../ir/encoding-choice.ts';
import type { Expected } from '../ir/expected-signal.ts';
import type { FaultMap } from '../ir/fault-map.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import type { Graph } from '../ir/graph.ts';
import type { BlockConverters, Mapping } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import type { Stored } from '../ir/stored.ts';
import type { Target } from '../target/target.ts';
import type { Pool } from '../threads/pool.ts';
import type { Predistorted } from '../wires/predistort.ts';

/** What is wished for. */
export interface Given {
  readonly options: CompileOptions;
  /** As far as the options use it. */
  readonly target: Target;
  /** Of the one chip that this is for. */
  readonly faults?: FaultMap;
}

export interface Source extends LowerContext {
  /** The model as it was read. */
  readonly graph: Graph;
}

export interface Lowered {
  /** The model with its layers for crossbars as `mvm` nodes, in real numbers. */
  readonly real: Graph;
}

export interface Calibrated extends Lowered, Given {
  readonly record: CalibrationRecord;
  readonly pool: Pool;
  /** Whether integers keep to what rows and columns stand. Default: they are as large as they can be. */
  readonly withinLimits?: boolean;
}

export interface Integers extends Calibrated {
  /** By the layer's output value, for the layers whose options leave the choice open. */
  readonly encodings: ReadonlyMap<string, EncodingChoice>;
  /** By the layer's output value, for layers whose digits are stored more often than the options say. */
  readonly stored?: ReadonlyMap<string, Stored>;
  /** The model with quantized layers. */
  readonly graph: Graph;
  /** Chips that layers take passes over where they do not all fit. Absent: they are placed as if there were enough, as for estimates. */
  readonly chips?: number;
}

export interface Mapped {
  readonly mapping: Mapping;
  /** What laying it around the faults of a chip came to. */
  readonly faultReport?: FaultReport;
}

export interface Programmed {
  /** By block. */
  readonly converters: readonly BlockConverters[];
  /** By array: what makes up for its wires, where something is to. */
  readonly predistorted?: readonly Predistorted[];
  /** What its wires and cells are expected to leave of every layer, where the target has wires. */
  readonly expected?: Expected;
  /** The instructions of every array, made one array at a time. */
  readonly schedule: () => Iterable<ArrayProgram>;
}

/** What a pass makes: a part of these. */
export type Made = Partial<Pick<Integers, 'graph' | 'encodings'> & Cut & Mapped & Programmed>;
