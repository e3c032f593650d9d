/** What `tune --json` prints. */
import { z } from 'zod';
import { compensations } from '../../correct/compensate.ts';
import { remedySchema } from '../../package/summary-schema.ts';
import { amount, count, device, list, modelFile, percent, share, snr } from './parts.ts';

const loss = z.strictObject({ points: z.number(), low: z.number(), high: z.number() });
const lossReport = { loss, snrToFloat: snr, noise: amount };
const mapping = {
  ...lossReport,
  arrays: count,
  chips: count,
  conversions: count,
  corrections: amount,
  trials: count,
};
const met = z.boolean();
const layerClass = z.string();
const forms = z.record(layerClass, z.string()).describe('by class of layers');
const cells = amount.describe('a class may fill a part of one');

const entry = z.strictObject({
  ...lossReport,
  error: z.string(),
  how: z.enum(['without', 'alone']),
  share: z.strictObject({ value: z.number(), low: z.number(), high: z.number() }),
  trials: count,
  gain: loss.exactOptional(),
});

const blame = z.strictObject({
  entries: list(entry),
  largest: z.string().exactOptional(),
  later: list(z.string()),
  mapping: count,
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
  at: amount.describe('s after programming'),
  compensated: z.enum(compensations),
  float: percent,
  integers: z.strictObject(lossReport),
  device: device.exactOptional(),
  tried: list(
    z.strictObject({
      ...mapping,
      why: z.string(),
      forms,
      digital: share,
      met,
      otherChips: z.strictObject({ loss, met }).exactOptional(),
    }),
  ),
  wires: z
    .strictObject({
      tried: list(z.strictObject({ ...mapping, remedy: remedySchema, met })),
      leftOpen: z.literal(true).exactOptional().describe('the compiler chose what is done'),
      share: share.exactOptional().describe('of the error as given, that wires are expected to make up'),
      without: z.strictObject(lossReport).exactOptional(),
      ruledOut: list(
        z.strictObject({
          remedy: remedySchema,
          expected: z.number().describe('dB'),
          than: z.number().describe('dB'),
          over: count
            .exactOptional()
            .describe(
              'arrays with a line that it asks for more than its limit, where the mapping as given asks none',
            ),
        }),
      ),
      taken: remedySchema,
    })
    .exactOptional(),
  blame: blame.exactOptional(),
  sensitivity: z.strictObject({
    images: count,
    layers: list(
      z.strictObject({
        names: list(z.string()),
        class: layerClass,
        multiplications: share,
        snr,
        changed: count,
      }),
    ),
  }),
  classes: list(
    z.strictObject({
      class: layerClass,
      layers: count,
      multiplications: share,
      error: share.describe('of what all layers as given add to the error'),
      forms: list(
        z.strictObject({
          name: z.string(),
          snr: snr.describe('of the scores, if only this class erred; dB, or in words'),
          arrays: cells,
          conversions: count,
          digital: share,
        }),
      ),
      taken: z.string(),
    }),
  ),
  front: list(
    z.strictObject({
      forms,
      arrays: count,
      conversions: count,
      digital: share,
      expected: z.strictObject({ snr, loss: z.number().describe('points') }),
      mapping: count.exactOptional().describe('its number in `tried`, where it was measured'),
    }),
  ),
  offset: z.number().describe('dB by which whole mappings err more than their layers together'),
  chosen: count.exactOptional(),
  best: count,
  heldOut: z.strictObject(mapping),
  verdict: z.strictObject({
    side: z.enum(['within', 'beyond', 'undecided']),
    needed: count.exactOptional().describe('images that would tell'),
  }),
  options,
  stopped: z.boolean().describe('because its time was over'),
  work: z.strictObject({ mappings: count, chips: count, images: count }),
  duration: amount.describe('s'),
});
