/** What several reports have in common, as they are in JSON. */
import { z } from 'zod';
import type { ArrayCounters } from '../../chip/chip.ts';
import type { RewritingReport } from '../../chip/rewriting.ts';
import type { CorrectionCost } from '../../column-correction.ts';
import type { Snr } from '../../verify/report.ts';

export const count = z.int().nonnegative();
export const amount = z.number().nonnegative();
export const share = amount.max(1);
export const percent = amount.max(100);
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** A signal-to-noise ratio. */
export const snr = z
  .union([z.number(), z.enum(['equal', 'not finite'])])
  .describe('dB, or in words') satisfies z.ZodType<Snr>;

export const modelFile = z.strictObject({ file: z.string(), sha256: z.string() });

export const counters = z
  .strictObject({
    formed: count,
    setPulses: count,
    resetPulses: count,
    verifyReads: count,
    cellsGivenUp: count,
    verifyMisses: count,
    transfers: count,
    signErrors: count,
    fecapWrites: count,
    fecapReads: count,
    wakeUpCycles: count,
    time: amount.describe('s'),
    energy: amount.describe('J'),
  })
  .describe('what programming took, summed over the arrays') satisfies z.ZodType<ArrayCounters>;

export const corrections = z
  .strictObject({ layers: count, multiplications: count, share })
  .describe(
    'digital work per inference of the sums of inputs that corrections add',
  ) satisfies z.ZodType<CorrectionCost>;

export { diagnosticSchema as diagnostic } from '../../diagnostics/schema.ts';

export const rewriting = z
  .strictObject({
    wait: amount.describe('s from the end of a pass to the reading that the next one follows'),
    at: amount.describe('s after programming for which cells were chosen'),
    rounds: list(
      z.strictObject({
        cells: count.describe('that were written'),
        reads: count,
        time: amount.describe('s, one array after the other, without the wait'),
        energy: amount.describe('J'),
        bitstream: z.string().describe('SHA-256 of the delta'),
      }),
    ),
    writes: z.strictObject({
      cells: count.describe('that hold weights'),
      all: count.describe('writes of these, the first among them'),
      most: count.describe('of one'),
    }),
    layers: list(
      z.strictObject({
        output: z.string(),
        before: amount.describe('expected error by its cells, of its signal, before the first pass'),
        after: amount.describe('the same after the last'),
      }),
    ),
  })
  .describe('how a chip was written against what was measured') satisfies z.ZodType<RewritingReport>;
