/** What following one image found, as plain data that JSON can hold. */
import type { Compensation } from '../correct/compensate.ts';
import type { Snr } from '../verify/report.ts';

export interface ClassScore {
  /** Number of the class among the values of the output. */
  readonly class: number;
  /** As the data name it, where they do. */
  readonly name?: string;
  readonly score: number;
}

export interface ImageLayer {
  readonly layer: string;
  /** Of its output on the chip against the integer reference, errors of earlier layers included. */
  readonly snr: Snr;
  /** The same where it is given what the reference gives it. */
  readonly own: Snr;
  /** Class that the network answers with the layers up to this one on the chip, and those after it in integers. */
  readonly answer: number;
}

export interface ImageReport {
  readonly crossloom: string;
  readonly model: { readonly file: string; readonly sha256: string };
  readonly package: { readonly folder: string; readonly bitstream: string };
  readonly target: { readonly name: string; readonly overrides: readonly string[] };
  readonly data: { readonly name: string; readonly path: string };
  /** Of the chip. */
  readonly seed: number;
  /** Seconds after programming. */
  readonly at: number;
  readonly compensated: Compensation;
  readonly image: {
    /** In the data, from 0. */
    readonly number: number;
    readonly id: string;
    /** The right class; absent without labels. */
    readonly label?: Pick<ClassScore, 'class' | 'name'>;
  };
  /** The best classes, at most five, from the best on: floating point, the integer reference, the chip. */
  readonly float: readonly ClassScore[];
  readonly integers: readonly ClassScore[];
  readonly chip: readonly ClassScore[];
  /** In the order in which they run. */
  readonly layers: readonly ImageLayer[];
  /** Number of the layer from which on the answer is another than that of integers; absent where it never is. */
  readonly first?: number;
  /** Layers after it behind which the answer is that of integers once more. */
  readonly back: readonly number[];
  /** Seconds of this computer. */
  readonly duration: number;
}
