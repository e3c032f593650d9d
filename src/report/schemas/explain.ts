/** What `explain --json` prints. */
import { z } from 'zod';
import { compensations } from '../../correct/compensate.ts';
import { amount, count, list, modelFile, percent, snr } from './parts.ts';

const between = { low: z.number(), high: z.number() };
const loss = z.strictObject({ points: z.number(), ...between });
const figures = {
  top1: percent,
  loss: loss.describe('against floating point'),
  snrToFloat: snr,
  noise: amount.describe('error energy of the outputs, as a share of that of the outputs in floating point'),
};
const measured = z.strictObject(figures);
const cost = z.strictObject({
  images: count.describe('that it rests on'),
  ...figures,
  cost: loss.describe('points that the effect takes, on the same chips and images'),
  share: z
    .strictObject({ value: z.number(), ...between })
    .describe('error energy that the effect makes up, as a share of that of the outputs'),
});

const tried = z.strictObject({
  effect: z.string(),
  option: z.string().describe('of `compile`: flags, or lines of an options file'),
  refused: z.string().exactOptional().describe('why the compiler refuses it for this network and chip'),
  came: z
    .strictObject({
      ...cost.shape,
      arrays: count,
      more: z.int().describe('arrays than the package has'),
    })
    .exactOptional()
    .describe('with the option, on the same seeds and images; cost and share are what it takes away'),
});

const classOf = {
  class: count.describe('among the values of the output'),
  name: z.string().exactOptional(),
};
const best = list(z.strictObject({ ...classOf, score: z.number() }));

export const explainedImage = z.strictObject({
  crossloom: z.string(),
  model: modelFile,
  package: z.strictObject({ folder: z.string(), bitstream: z.string() }),
  target: z.strictObject({ name: z.string(), overrides: list(z.string()) }),
  data: z.strictObject({ name: z.string(), path: z.string() }),
  seed: z.int().describe('of the chip'),
  at: amount.describe('s after programming'),
  compensated: z.enum(compensations),
  image: z.strictObject({
    number: count.describe('in the data, from 0'),
    id: z.string(),
    label: z.strictObject(classOf).exactOptional(),
  }),
  float: best.describe('the best classes of floating point, at most five'),
  integers: best.describe('of the integer reference'),
  chip: best,
  layers: list(
    z.strictObject({
      layer: z.string(),
      snr: snr.describe('of its output against the integer reference'),
      own: snr.describe('the same where it is given what the reference gives it'),
      answer: count.describe('class with the layers up to it on the chip, and the rest in integers'),
    }),
  ),
  first: count
    .exactOptional()
    .describe('number of the layer from which on the answer is another than that of integers'),
  back: list(count).describe('layers after it behind which the answer is that of integers again'),
  duration: amount.describe('s'),
});

export const explained = z.strictObject({
  crossloom: z.string(),
  model: modelFile,
  package: z.strictObject({ folder: z.string(), bitstream: z.string() }),
  target: z.strictObject({ name: z.string(), overrides: list(z.string()) }),
  data: z.strictObject({
    name: z.string(),
    path: z.string(),
    images: count,
    layerImages: count.describe('on which layers were compared; 0 where they were not'),
    calibration: count.describe('samples of the calibration, which were left out'),
  }),
  seeds: list(z.int()),
  at: amount.describe('s after programming'),
  compensated: z.enum(compensations),
  wires: z
    .enum(['solved', 'told'])
    .exactOptional()
    .describe('what wires make of the chips: solved, or solved of the first of every seed alone'),
  float: percent,
  integers: measured,
  all: measured.describe('the chips as they are'),
  none: measured.describe('the same chips without any of the effects'),
  effects: list(
    z.strictObject({
      effect: z.string(),
      alone: cost
        .exactOptional()
        .describe(
          'with this effect alone; of a rounding, without any chip. Absent where it goes with another',
        ),
      layers: list(z.strictObject({ layer: z.string(), own: snr }))
        .exactOptional()
        .describe(
          'what each layer errs by itself with this effect alone, on the first chip, where asked for',
        ),
      allBut: cost
        .exactOptional()
        .describe('with all effects but this one; absent for a rounding, and for a slight effect'),
      slight: z
        .literal(true)
        .exactOptional()
        .describe(
          'alone it errs less than a hundredth of what all err together: chips without it were not run',
        ),
    }),
  ).describe('from the one on that costs most points alone'),
  tried: list(tried)
    .exactOptional()
    .describe('options that should help against the largest causes, where asked for'),
  layers: list(
    z.strictObject({
      layer: z.string(),
      own: snr,
      cause: z
        .strictObject({ effect: z.string(), own: snr })
        .exactOptional()
        .describe('the effect that alone makes it err most, and what it errs then'),
    }),
  )
    .exactOptional()
    .describe('what each layer errs by itself with all effects, on the first chip, where asked for'),
  wrong: z
    .strictObject({
      images: count.describe('that integers get right and the first chip gets wrong'),
      followed: count.describe('of these, those that were followed through the layers'),
      turned: count.describe('of these, those whose answers were right again behind a later layer'),
      layers: list(z.strictObject({ layer: z.string(), images: count })).describe(
        'layers behind which answers go wrong first',
      ),
    })
    .exactOptional(),
  later: list(z.string()).describe('effects that act only some time after programming'),
  duration: amount.describe('s'),
});
