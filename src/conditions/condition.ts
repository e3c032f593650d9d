/**
 * What happens to a programmed cell until it is read, and what a target, reports and a chip ask of it. A condition is an
 * optional section of a target, off where it is absent, and a folder with
 *
 *   model.ts         a ConditionModel: fields, checks and what reports say (models.ts lists them)
 *   cells.ts         one of CellLaws: what it does to the cells of an array (cells.ts lists them)
 *   experiments.ts   ConditionExperiments: what a bench sees of it (experiments.ts lists them)
 *
 * Plain SI numbers throughout. Times count from the end of programming.
 */
import type { Experiment } from '../figures/figure.ts';
import type { Band } from '../math/one-over-f.ts';
import type { Cell, Window } from '../target/cell.ts';
import type { SectionModel } from '../target/effect.ts';
import type { Problem } from '../target/problem.ts';
import type { Measured } from './measured.ts';

/** The laws of cells by what kind of condition they are, given the section of a target. */
export interface CellLaws<Section> {
  /** Moves cells while others are programmed. */
  readonly disturb: (section: Section, on: ProgrammedArray) => Move;
  /** Moves cells with time. */
  readonly ageing: (section: Section, on: AgedArray) => Move;
  /** Moves cells from batch to batch of readings. */
  readonly fluctuation: (section: Section, on: SeenArray) => Move;
  /** White noise of every reading. */
  readonly noise: (section: Section, at: number) => Sigma;
  /** 1/f noise of all time scales from a reading to the time since programming. */
  readonly accumulation: (section: Section) => Accumulation;
}

export type Kind = keyof CellLaws<unknown>;

/** Conductance of a cell (S) -> that which it moves to. */
export type Move = (g: number, cell: number) => number;

/** Standard deviation of one reading (S) of a cell that conducts g, and right after programming `programmed` (S). */
export type Sigma = (g: number, programmed: number) => number;

/** When a law starts to count, and the fastest that it knows. */
export interface Clock {
  /** Time of one reading (s). */
  readonly readTime: number;
  /** Seconds from the first reading to the end of programming; 0 where that is the first. */
  readonly t0: number;
}

export interface Accumulation {
  readonly clock: Clock;
  /** Standard deviation (S) of what a factor e of time scales adds. */
  readonly sigma: Sigma;
}

/** 1/f noise of the cells of arrays, law by law, and what its scales are compared with (s). */
export interface AccumulatedNoise {
  readonly laws: readonly {
    readonly band: Band;
    /** By array: variance that a factor e of time scales adds to a cell (S^2). */
    readonly densities: readonly Float32Array[];
  }[];
  /** An image, and one conversion. */
  readonly image: number;
  readonly conversion: number;
  /** Columns, or pairs, that a converter takes one after the other. */
  readonly sharedBy: number;
}

/** What keys the draws of the cells of an array: effects draw from streams of their own, cell by cell. */
export interface KeyedArray {
  readonly seed: number;
  readonly array: number;
}

export interface ProgrammedArray extends KeyedArray {
  /** Pulses that half-selected a cell since it was last programmed. */
  readonly pulses: (cell: number) => number;
}

export interface AgedArray extends KeyedArray {
  readonly window: Window;
  /** Seconds after programming, more than 0. */
  readonly at: number;
}

export interface SeenArray extends KeyedArray {
  /** Times (s) at which the cells were seen so far, rising: once after programming, then batch after batch. */
  readonly times: readonly number[];
  /** What each cell remembers of its traps (traps/trap-words.ts); absent: nothing. */
  readonly traps?: Uint32Array | undefined;
}

/** As a method, so that registries may hold the models of all sections. */
type SectionCheck<Section> = { check(section: Section, cell: Cell): readonly Problem[] }['check'];

export interface ConditionModel<Section, K extends Kind = Kind> extends SectionModel<Section> {
  readonly kind: K;
  /** For which times and conductances the law was measured, where a target says so. */
  measured?(section: Section): Measured;
  /** What no single field shows; paths from the section on. */
  readonly checks?: readonly SectionCheck<Section>[];
}

/** What a bench does with cells that have a condition, given its section of the target. */
export type ConditionExperiment<Section> = Experiment<{ readonly law: Section; readonly cell: Cell }>;
