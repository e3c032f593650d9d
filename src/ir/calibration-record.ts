/**
 * What sample inputs tell the compiler about every crossbar layer. Recorded once (src/record), saved with the
 * package, and enough on its own to compile the same model to the same bytes again.
 */
import type { InputQuantization } from './graph.ts';
import type { InputCodes } from './input-codes.ts';

export interface LayerRecord {
  readonly quantization: InputQuantization;
  /** MVMs per sample: output positions of a convolution, rows of a matrix product. */
  readonly positions: number;
  /** Sizes of the input's spatial axes; empty for a matrix product. */
  readonly space: readonly number[];
  /**
   * Input codes of `count` sampled MVMs, [count][groups * rows]; signed codes in two's complement. In memory that threads
   * share, since they are most of what a compilation holds.
   */
  readonly vectors: InputCodes;
  readonly count: number;
  /** What the model's input of every row is more than the layer's: the mean of its channel, [rows]. Absent: the same. */
  readonly centre?: Float32Array;
  /** Mean real input of every row over all sampled MVMs, length groups * rows. */
  readonly inputMean: Float32Array;
  /** Mean of the same inputs after quantization, as real values. */
  readonly quantizedMean: Float32Array;
}

/** What the network is given of one sample, by the name of the input. */
export type SampleInputs = Readonly<
  Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>
>;

/** One sample with the outputs of the integer reference: lets anyone check an installation or a chip. */
export interface KnownAnswer {
  readonly inputs: SampleInputs;
}

export type RangePolicy = 'minmax' | 'percentile' | 'mse';

export interface CalibrationRecord {
  /** SHA-256 of the model file. */
  readonly model: string;
  /** The options that the recorded inputs depend on. */
  readonly activations: {
    readonly policy: RangePolicy;
    readonly signed: boolean;
    readonly equalized: boolean;
    /** Whether inputs of layers are centred where that pays. */
    readonly centred: boolean;
  };
  /** By the layer's output value name. */
  readonly layers: ReadonlyMap<string, LayerRecord>;
  /** SHA-256 of every sample that was used; none where inputs were made up for want of samples. */
  readonly samples: readonly string[];
  readonly knownAnswer: KnownAnswer;
  /** Of some of the samples, whole: a chip is calibrated layer after layer with them. None where inputs were made up. */
  readonly inputs: readonly SampleInputs[];
}

/**
 * Whether there were no samples. Vectors and means are then those of made-up inputs, which rule out no sum that the network
 * may see.
 */
export function isMadeUp(record: Pick<CalibrationRecord, 'samples'>): boolean {
  return record.samples.length === 0;
}
