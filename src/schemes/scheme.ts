/**
 * What the compiler, reports and the chip ask of a way of programming, whatever it is called. A scheme is a folder with
 *
 *   parameters.ts   the fields of a target's section `programming`
 *   model.ts        a SchemeModel: what a target of this scheme answers before there is a chip (models.ts lists them)
 *   cells.ts        an OpenCells: what its pulses do to the cells of an array (cells.ts lists them)
 */
import type { z } from 'zod';
import type { Experiment } from '../figures/figure.ts';
import type { Rates } from '../ledger.ts';
import type { Stream } from '../math/random.ts';
import type { TargetBase } from '../target/base.ts';
import type { Effect } from '../target/effect.ts';
import type { HiddenPlane } from '../target/hidden-plane.ts';
import type { Check } from '../target/problem.ts';
import type { PulseCounts } from './parallel-update/count-pulses.ts';
import type { ArrayUpdate, drawTrains, givenTrains } from './parallel-update/trains.ts';
import type { Spread } from './spread.ts';
import type { FecapPlane } from './transfer/plane.ts';

/** A target with the parameters P of its scheme. */
export interface ProgrammedTarget<P> extends TargetBase {
  readonly programming: P;
}

/** What a bench does with a target of a scheme; those of a scheme are in experiments.ts of its folder. */
export type SchemeExperiment<P> = Experiment<ProgrammedTarget<P>>;

export interface SchemeModel<P> {
  /** Fields of the section `programming`, besides the scheme's name. */
  readonly parameters: Readonly<Record<string, z.ZodType>>;
  /** Sections that targets of this scheme have besides those of all. */
  readonly sections?: Readonly<Record<string, z.ZodType>>;
  /** The few fields that tell chips of this scheme apart: whoever describes a new one is asked for them. */
  readonly essentials: readonly string[];
  /** What no single field of a target file shows. */
  readonly checks?: readonly Check<ProgrammedTarget<P>>[];
  of(target: ProgrammedTarget<P>): SchemeAnswers;
}

export interface SchemeAnswers {
  /** Cells take exactly what they are told. */
  readonly exact: boolean;
  /** Cells are programmed one by one, and can be read back in between. */
  readonly readsBack: boolean;
  /** Present where pulses on rows and columns can update all cells of an array at once. */
  readonly updates?: true;
  /** Present where a cell ends at one draw around its level: the standard deviation as a polynomial of the level (S). */
  readonly errorLaw?: {
    readonly sigma: readonly number[];
    readonly distribution: 'normal' | 'uniform' | 'log-normal';
  };
  /** Present where pulses that one instrument sends set the cells: their width (s). */
  readonly pulses?: { readonly width: number };
  /** Present where programming leaves no traps that writes have made. */
  readonly calms?: true;
  /** Cells are set by one pulse whose result nothing looks at. */
  readonly openLoop: boolean;
  /** Tolerance that program and verify instructions carry (S). */
  readonly tolerance: number;
  /** How exactly cells end that can be read back; undefined for others. */
  precision(): WritePrecision | undefined;
  /** Cells programmed to a level (S), those among them that no pulse moves, but not stuck ones. */
  spread(level: number): Spread;
  /** Mean of the cells that are programmed to a level and that pulses move, where it is known to be another (S). */
  mean?(level: number): number;
  /** The same, seen at this very level; takes longer. `mean` tells it from some levels, and may be off where it changes fast. */
  meanAt?(level: number): number;
  /** Cells right after RESET. */
  afterReset(): Spread;
  readonly rates: Rates;
  /** For reports, in the order in which they act. */
  effects(): readonly Effect[];
  /** By the name of an effect that errs, the sections of the target with which there is none of it, all draws as they are. */
  ideals(): Readonly<Record<string, ProgrammingSections | 'exact cells'>>;
}

/** Sections of a target that say how cells are programmed, in place of its own. */
export interface ProgrammingSections {
  readonly programming?: object;
  readonly hidden?: HiddenPlane;
}

/** What cells are like that can be read back: the distance within which they end, and the noise of a reading (S). */
export interface WritePrecision {
  readonly tolerance: number;
  readonly readNoise: number;
}

/** An array of a chip. */
export interface ArrayShape {
  readonly rows: number;
  readonly columns: number;
  /** Bits of a hidden integer; 0 without hidden planes. */
  readonly hiddenBits: number;
}

/** @param array number of the array, which keys the draws of its cells together with the seed */
export type OpenCells<P> = (
  target: ProgrammedTarget<P>,
  shape: ArrayShape,
  seed: number,
  array: number,
) => Cells;

/** One cell to be programmed; conductances in S. */
export interface Write {
  /** Number of the cell in its array. */
  cell: number;
  /** Keys this programming of the cell; distinct for every (cell, repetition) of an array. */
  event: number;
  from: number;
  level: number;
  /** Accepted distance of a reading from the level. */
  tolerance: number;
  /** Conductance of a cell that nothing moves. */
  stuck: number | undefined;
  /** Told of every pulse, where somebody looks. */
  sent?: SendPulse | undefined;
}

/** What an instrument sends to a cell: `weak` is a pulse below the threshold of writing. */
export const pulseKinds = ['form', 'reset', 'set', 'weak'] as const;
export type PulseKind = (typeof pulseKinds)[number];

/** @param voltage amplitude with its sign (V); NaN where the target does not say it */
export type SendPulse = (kind: PulseKind, voltage: number) => void;

/** What programming one cell did. Overwritten by the next. */
export interface WriteOutcome {
  /** Conductance that the cell ends with (S). */
  conductance: number;
  setPulses: number;
  resetPulses: number;
  reads: number;
  /** Readings of looks, which have waits in between. */
  lookReads: number;
  /** Pulses below the threshold of writing, which do not wear a cell. */
  weakPulses: number;
  /** Waits for relaxation, in which all cells of the array take part, that had not been before. */
  waits: number;
  /** False where the cell was given up. */
  accepted: boolean;
}

export const newOutcome = (): WriteOutcome => ({
  conductance: 0,
  setPulses: 0,
  resetPulses: 0,
  reads: 0,
  lookReads: 0,
  weakPulses: 0,
  waits: 0,
  accepted: false,
});

/** The cells of one array, with what they remember and their draws. */
export interface Cells {
  /** What forming leaves (S). */
  readonly gFormed: number;
  /** Pulses of a RESET, which wear a cell. */
  readonly resetPulses: 0 | 1;
  /** Measures a cell that was just formed, or a test device that stands for it; undefined where nothing is measured. */
  train?(cell: number): Training;
  /** What every cell remembers of its traps (src/conditions/traps); undefined where that is nothing. */
  readonly traps?: Uint32Array;
  /** Takes a cell as it conducts now (S), where the cells remember more than their conductance. */
  resume?(cell: number, conductance: number): void;
  /** RESETs one cell. @returns its conductance (S) */
  reset(cell: number, event: number): number;
  /** Programs one cell; undefined where cells are not programmed one by one. */
  program?(write: Write): WriteOutcome;
  /** Undefined where cells cannot be read back while others are programmed. */
  readonly readBack?: ReadBack;
  /** Programs one cell with a few pulses, which take it through more than half of the window; undefined where many are needed. */
  nudge?(write: Write): WriteOutcome;
  /** Undefined on a chip without hidden planes. */
  readonly hidden?: HiddenCells;
  /** Undefined where pulses on rows and columns cannot update all cells at once. */
  readonly updates?: UpdatableCells;
}

/** The cells of one array while pulses on its rows and columns update them. */
export interface UpdatableCells {
  /** Why drivers cannot give pulses of a voltage (V); undefined where they can. */
  refuse(voltage: number): string | undefined;
  /** Voltages at which a pulse makes the step of the pulse model (V). */
  readonly voltages: Pick<ArrayUpdate, 'vSet' | 'vReset'>;
  /** Mean step of a device in the middle of its window (S). */
  readonly step: number;
  readonly drawTrains: typeof drawTrains;
  readonly givenTrains: typeof givenTrains;
  /** Begins with cells as they conduct now (S), rows x columns. @param held those that nothing moves */
  take(conductances: Float32Array, held?: ReadonlyMap<number, number>): void;
  /** @param number keys the draws: distinct for every update of a cell */
  update(update: ArrayUpdate, number: number): UpdateCounts;
  /** The cells as they are between updates. */
  states(): CellStates;
  /** All that updates change, by name, to be kept and put back. */
  memory(): Readonly<Record<string, Float32Array | Float64Array | Uint32Array>>;
  /** Ends with the cells that have changed, or made steps: what they conduct (S), and how many steps they made. */
  settle(visit: (cell: number, conductance: number, steps: number) => void): void;
}

export interface UpdateCounts extends PulseCounts {
  /** Whether pulses of half-selected cells reached all cells with this update; else rows alone have changed that pulsed. */
  readonly everywhere: boolean;
}

/** What cells conduct, as numbers that are proportional to it. */
export interface CellStates {
  /** [row][stride]. */
  readonly w: Float32Array;
  readonly stride: number;
  /** Conductance of one (S). */
  readonly unit: number;
  /** That of a cell that does not conduct. */
  readonly none: number;
}

/** What measuring a device took before it is programmed. */
export interface Training {
  readonly setPulses: number;
  readonly resetPulses: number;
  readonly reads: number;
  /** Pulses of these that the cell itself has seen. */
  readonly wear: number;
}

/** How cells are read while a program runs. */
export interface ReadBack {
  /** Standard normals of readings, and their standard deviation (S). */
  readonly stream: Stream;
  readonly readNoise: number;
  /** Accepted distance at a level (S), for the tolerance that an instruction gives. */
  toleranceAt(tolerance: number, level: number): number;
  /** What traps add to the mean of several readings of a cell (S). @param event keys their states */
  trapped?(cell: number, event: number, reads: number): number;
}

/** The FeCAPs of one array, and the transfer of what they store into its cells. */
export interface HiddenCells {
  readonly plane: FecapPlane;
  /** What the target says of them. */
  readonly section: HiddenPlane;
  /** Transfers one column pair of one line. */
  transfer(row: number, pair: number, event: number): PairOutcome;
}

/** What one transfer did. Overwritten by the next. */
export interface PairOutcome {
  gPos: number;
  gNeg: number;
  /** Magnitude and sign as they were stored. */
  digit: number;
  negative: boolean;
  /** The sign was sensed wrongly. */
  signError: boolean;
  /** FeCAPs switched by writing back. */
  fecapWrites: number;
}
