/** What samples come from, wherever they lie. */
import type { Tensor } from '../math/tensor.ts';

/** Sample inputs, one at a time. */
export interface SampleSource {
  readonly length: number;
  /** What diagnostics call a sample; `sample 3` where it is not told. */
  placeOf?(index: number): string;
  sample(index: number): Promise<{
    readonly feeds: Readonly<Record<string, Tensor>>;
    /** SHA-256; absent of inputs that were made up. */
    readonly hash?: string;
  }>;
}
