/** How a chip was written against what was measured on it (src/rewrite), as plain data. */

/** One pass over a programmed chip: what was read from it, and cells that were then written again. */
export interface RewritePass {
  /** Cells that it wrote. */
  readonly cells: number;
  /** Readings of cells before it. */
  readonly reads: number;
  /** Of the readings and of the writing, one array after the other (s, J); the wait before them is none of it. */
  readonly time: number;
  readonly energy: number;
  /** SHA-256 of the delta that the chip executed. */
  readonly bitstream: string;
}

/** What reports say of it. */
export interface RewritingReport {
  /** Seconds from the end of a pass to the reading that the next one follows. */
  readonly wait: number;
  /** For which its cells were chosen (s after programming). */
  readonly at: number;
  readonly rounds: readonly RewritePass[];
  /** Cells that hold weights, and writes of these, the program's among them: all together, and most of one. */
  readonly writes: { readonly cells: number; readonly all: number; readonly most: number };
  /** Expected error of every layer by its cells, as a share of its signal, before the first pass and after the last. */
  readonly layers: readonly { readonly output: string; readonly before: number; readonly after: number }[];
}

export interface Rewriting extends RewritingReport {
  /** By array, rows x columns: the pass that wrote a cell last, 0 for the program itself. */
  readonly passes: readonly Uint8Array[];
  /** What the chip executed, pass after pass; a chip that was loaded does not say. */
  readonly deltas?: readonly Uint8Array[];
}

export function reportOf({ wait, at, rounds, writes, layers }: Rewriting): RewritingReport {
  return { wait, at, rounds, writes, layers };
}
