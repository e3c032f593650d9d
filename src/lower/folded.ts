/** What a chip gives to fold, and what comes out: the matrices that a layer's converters see. See fold.ts. */
import type { AccumulatedNoise } from '../conditions/condition.ts';
import type { PiecewiseLinear } from '../target/nonlinearity.ts';

/** What the chip contributes: conductances (S), row-major per array, and the converters as they were configured. */
export interface ProgrammedArrays {
  readonly columns: number;
  readonly conductances: readonly Float32Array[];
  /** Variance of the white noise of every reading of every cell (S^2); undefined without. */
  readonly variances?: readonly Float32Array[] | undefined;
  /** 1/f noise that readings have besides; undefined without. */
  readonly accumulated?: AccumulatedNoise | undefined;
  readonly converters: ReadonlyMap<number, { readonly zero: Int32Array; readonly step: Float32Array }>;
  /** By array; undefined where all converters are as they should be. */
  readonly converterErrors?: readonly ConverterErrors[] | undefined;
  readonly curves?: Curves | undefined;
  /** Read as if its wires had no resistance: converters are then set as for such a chip. Default: false. */
  readonly unwired?: boolean;
  /** Read as if converters neither rounded nor saturated, where nothing else hinders it. Default: false. */
  readonly unconverted?: boolean;
}

/** Factors e of time scales that the readings of a layer have, or shares of their sum. */
export interface NoiseScales {
  /** Faster than a conversion: the planes of a product have it each by itself. */
  readonly white: number;
  /** Faster than a product. */
  readonly product: number;
  /** Faster than `sequenceLength` products (layer-noise.ts). */
  readonly near: number;
  /** Faster than an image. */
  readonly far: number;
}

export interface LayerNoise {
  /** Variances of the cells (S^2) by all scales, array by array; undefined for those that the layer is not on. */
  readonly densities: readonly (Float32Array | undefined)[];
  readonly shares: NoiseScales;
}

/** Gain (a factor) and offset (codes) by converter; `sharedBy` neighbouring columns, or pairs, have one. */
interface ConverterErrors {
  readonly sharedBy: number;
  readonly gain: Float32Array;
  readonly offset: Float32Array;
}

/** What bends all converters, over codes, and all drivers, over levels, alike; undefined where nothing does. */
export interface Curves {
  readonly converter: PiecewiseLinear | undefined;
  readonly driver: PiecewiseLinear | undefined;
}

/** One conversion per output: a copy of a slice, or the plus or minus column of it. */
export interface AnalogPart {
  readonly slice: number;
  readonly copy: number;
  /** [unit][row][column], in converter codes per driven row. */
  readonly weights: Float32Array;
  /** Variance of one conversion per driven row, in codes squared; undefined without white noise. */
  readonly variances: Float32Array | undefined;
  /** 1/f noise: variance of one product per square of what drives a row, in codes squared. */
  readonly steady?: Float32Array | undefined;
  /** Code that zero current gives, [unit][column], as the chip's converters are set, with their offsets. */
  readonly zero: Float32Array;
  /** Integer weight units per code, [unit][column], as the digital program has it; negative for a minus or flipped column. */
  readonly coefficient: Float64Array;
  /** The zero that the digital program subtracts, [unit][column]. */
  readonly digitalZero: Float64Array;
}

export interface FoldedLayer {
  readonly tiles: number;
  readonly packs: number;
  readonly packSize: number;
  /** Groups that a unit has room for. */
  readonly slots: number;
  /** Input channels of every unit, [unit][slots * channelsPerGroup]; a matrix product's channels are its rows. */
  readonly channels: Int32Array;
  /** Input channels per group and unit. */
  readonly channelsPerGroup: number;
  /** Rows per input channel: the kernel's positions. */
  readonly volume: number;
  readonly parts: readonly AnalogPart[];
  readonly curves?: Curves | undefined;
  /** Of the time scales of `steady`. */
  readonly shares?: NoiseScales | undefined;
  /** By slice, what its copies hold together, where every cell holds an exact digit and every converter tells all sums apart. */
  readonly exact: readonly AnalogPart[] | undefined;
  /** Whether its converters count as if they neither rounded nor saturated: its parts then add up to one product. */
  readonly unconverted?: boolean;
}
