/** Steps that end at bounds of the device's own: dw = +-step (1 - w / bound), as src/schemes has them. */
import { lineThrough } from '../line-through.ts';
import { type StepLaw, stepCovariance, withSpreads } from './step-law.ts';

export const softBounds: StepLaw = {
  law: 'soft-bounds',
  noises: ['multiplicative', 'additive'],
  bounds: 'soft',
  shared: [],
  own: ['up', 'down', 'boundMax', 'boundMin'],
  start: ({ up, down }) => {
    const [rise, fall] = [lineThrough(up.w, up.step), lineThrough(down.w, down.step)];
    // Steps that do not fall with w have bounds far away.
    const bound = (at: number, slope: number) => Math.min(20, at / Math.max(1e-9, -slope));
    const [stepUp, stepDown] = [Math.max(1e-3, rise.at), Math.max(1e-3, -fall.at)];
    const ends = { low: -bound(stepDown, fall.slope), high: bound(stepUp, rise.slope) };
    const middle = (ends.low + ends.high) / 2;
    const half = (ends.high - ends.low) / 2;
    // In units of the window between the bounds, at its middle.
    return {
      shared: [],
      own: [(stepUp + rise.slope * middle) / half, -(-stepDown + fall.slope * middle) / half],
      ends,
    };
  },
  steps: ({ own: [stepUp = 0, stepDown = 0, upper = 1, lower = -1] }) => ({
    step: (w, up) => (up ? stepUp * (1 - w / upper) : -stepDown * (1 - w / lower)),
    slope: (_w, up) => (up ? -stepUp / upper : stepDown / lower),
    unit: (up) => (up ? stepUp : stepDown),
  }),
  population: {
    spreads: ['stepSpread', 'upDownSpread', 'boundMaxSpread', 'boundMinSpread'],
    covariance: ([up = 0, down = 0, upper = 0, lower = 0], [s = 0, u = 0, a = 0, b = 0]) =>
      withSpreads(stepCovariance(up, down, s, u), upper * a, lower * b),
  },
};
