/** What `tune --json` prints. */
import { z } from 'zod';
import { amount, count, list, modelFile, percent, share, snr } from './parts.ts';

const loss = z.strictObject({ points: z.number(), low: z.number(), high: z.number() });
const lossReport = { loss, snrToFloat: snr, noise: amount };
const mapping = { ...lossReport, arrays: count, chips: count, conversions: count };
const met = z.boolean();

const blame = z.strictObject({
  entries: list(
    z.strictObject({
      ...lossReport,
      what: z.string(),
      error: z.string(),
      chips: count.exactOptional(),
      share: z.number(),
    }),
  ),
  largest: z.string(),
});

const options = z.record(z.string(), z.unknown()).describe('as docs/options.md lists them');

export const tuning = z.strictObject({
  crossloom: z.string(),
  model: modelFile,
  target: z.strictObject({ name: z.string(), overrides: list(z.string()) }),
  data: z.strictObject({ name: z.string(), tuning: count, heldOut: count, calibration: count }),
  maxDrop: z.number(),
  maxDigital: percent,
  trials: count,
  seed: count,
  float: percent,
  integers: z.strictObject(lossReport),
  tried: list(
    z.strictObject({
      ...mapping,
      why: z.string(),
      layers: z.record(z.string(), count),
      digital: share,
      met,
      otherChips: z.strictObject({ loss, met }).exactOptional(),
    }),
  ),
  wires: z
    .strictObject({
      tried: list(z.strictObject({ ...mapping, remedy: options, met })),
      without: z.strictObject(mapping).exactOptional(),
      taken: options,
    })
    .exactOptional(),
  blame: blame.exactOptional(),
  sensitivity: z.strictObject({
    images: count,
    layers: list(
      z.strictObject({
        names: list(z.string()),
        multiplications: share,
        variants: list(
          z.strictObject({
            variant: z.string(),
            snr,
            changed: count,
            arrays: amount.describe('a layer may fill a part of one'),
            conversions: count,
          }),
        ),
        taken: z.string(),
      }),
    ),
  }),
  chosen: count.exactOptional(),
  best: count,
  remaining: blame.exactOptional(),
  heldOut: z.strictObject(mapping).exactOptional(),
  options: options.exactOptional(),
  work: z.strictObject({ mappings: count, chips: count, images: count }),
  duration: amount.describe('s'),
});
