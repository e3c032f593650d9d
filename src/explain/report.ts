/** What an explanation found, as plain data that JSON can hold. Accuracies are in percent, losses in points. */
import type { Compensation } from '../correct/compensate.ts';
import type { Loss, LossReport, Share } from '../tune/loss.ts';
import type { Snr } from '../verify/report.ts';

/** The same network on the same images in one form; its loss is against floating point. */
export interface Measured extends LossReport {
  readonly top1: number;
}

/** The same images and chips, with an effect and without it. */
export interface Cost extends Measured {
  /** Those that it rests on. */
  readonly images: number;
  /** Points of top-1 that the effect takes, pairwise. */
  readonly cost: Loss;
  /** Error energy of the outputs that the effect makes up, as a share of the energy of floating point's. */
  readonly share: Share;
}

export interface LayerError {
  readonly layer: string;
  /** Of its output, against the integer reference. */
  readonly own: Snr;
}

/** A layer with all effects. */
export interface LayerCause extends LayerError {
  /** The effect that alone makes it err most, and what it errs then; absent where none makes it err. */
  readonly cause?: { readonly effect: string; readonly own: Snr };
}

/** Images that integers get right and the first chip gets wrong. */
export interface WrongAnswers {
  readonly images: number;
  /** Of these, those that were followed through the layers. */
  readonly followed: number;
  /** Of these, those whose answers were right again behind a later layer. */
  readonly turned: number;
  /** Layers behind which answers go wrong first, and how many do, in the order of the network. */
  readonly layers: readonly { readonly layer: string; readonly images: number }[];
}

export interface EffectReport {
  /** Name of the effect, as `verify --effects` has it; or a rounding. */
  readonly effect: string;
  /**
   * Measured with this effect alone, against none; of a rounding, without any chip, against floating point. Absent where it goes with
   * others and cannot act by itself.
   */
  readonly alone?: Cost;
  /**
   * What each layer errs by itself with this effect alone, in the order of the network: it is given what the integer reference gives
   * it, on the first chip. Absent where `alone` is, for a rounding, and where layers were not asked for.
   */
  readonly layers?: readonly LayerError[];
  /**
   * Measured with all effects but this, against all. Absent for a rounding, without which nothing is left for a chip, and for a slight
   * effect.
   */
  readonly allBut?: Cost;
  /** What it errs alone is less than a hundredth of what all err together: chips without it were not run. */
  readonly slight?: true;
}

/** An option of `compile` that should help against an effect, and what came of it. */
export interface TriedRemedy {
  readonly effect: string;
  /** As flags, or as lines of an options file. */
  readonly option: string;
  /** Why the compiler refuses it for this network and chip. */
  readonly refused?: string;
  /** The same seeds and images; `cost` and `share` are what the chips of the package lose and err more than those with the option. */
  readonly came?: Cost & {
    readonly arrays: number;
    /** Than the package has. */
    readonly more: number;
  };
}

export interface ExplainReport {
  readonly crossloom: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly package: { readonly folder: string; readonly bitstream: string };
  readonly target: { readonly name: string; readonly overrides: readonly string[] };
  readonly data: {
    readonly name: string;
    readonly path: string;
    /** On which everything was measured. */
    readonly images: number;
    /** On which layers were compared; 0 where they were not. */
    readonly layerImages: number;
    /** Calibration samples among the images asked for, which were left out. */
    readonly calibration: number;
  };
  /** Of the chips. */
  readonly seeds: readonly number[];
  /** Seconds after programming. */
  readonly at: number;
  readonly compensated: Compensation;
  /** What wires make of the chips: solved, or solved of the first of every seed, from which that of the others is told. */
  readonly wires?: 'solved' | 'told';
  /** Top-1 of floating point. */
  readonly float: number;
  /** The integer reference. */
  readonly integers: Measured;
  /** The chips as they are. */
  readonly all: Measured;
  /** The same chips without any of the effects: what is left is integers, levels and the rounding of fine converters. */
  readonly none: Measured;
  /** From the one on that costs most points alone; of equal ones the larger part of the error first. */
  readonly effects: readonly EffectReport[];
  /** For the largest causes; absent where nothing was to be tried. */
  readonly tried?: readonly TriedRemedy[];
  /** In the order of the network; absent where layers were not asked for. */
  readonly layers?: readonly LayerCause[];
  /** As `layers`. */
  readonly wrong?: WrongAnswers;
  /** Effects that act only some time after programming, where chips are read right after it. */
  readonly later: readonly string[];
  /** Seconds of this computer. */
  readonly duration: number;
}
