/** Steps that fall linearly towards bounds where they are not yet nothing: dw = +-step (1 -+ gamma w). */
import { lineThrough } from '../line-through.ts';
import { type StepLaw, stepCovariance, withSpreads } from './step-law.ts';

export const linearStep: StepLaw = {
  law: 'linear-step',
  noises: ['multiplicative', 'additive'],
  bounds: 'hard',
  shared: [],
  own: ['up', 'down', 'gammaUp', 'gammaDown', 'boundMax', 'boundMin'],
  start: ({ up, down }) => {
    const [rise, fall] = [lineThrough(up.w, up.step), lineThrough(down.w, down.step)];
    const [stepUp, stepDown] = [Math.max(1e-3, rise.at), Math.max(1e-3, -fall.at)];
    return { shared: [], own: [stepUp, stepDown, -rise.slope / stepUp, -fall.slope / stepDown] };
  },
  steps: ({ own: [stepUp = 0, stepDown = 0, gammaUp = 0, gammaDown = 0] }) => ({
    step: (w, up) => (up ? stepUp * (1 - gammaUp * w) : -stepDown * (1 + gammaDown * w)),
    slope: (_w, up) => (up ? -stepUp * gammaUp : -stepDown * gammaDown),
    unit: (up) => (up ? stepUp : stepDown),
  }),
  population: {
    spreads: [
      'stepSpread',
      'upDownSpread',
      'gammaUpSpread',
      'gammaDownSpread',
      'boundMaxSpread',
      'boundMinSpread',
    ],
    covariance: ([up = 0, down = 0, , , upper = 0, lower = 0], [s = 0, u = 0, a = 0, b = 0, x = 0, y = 0]) =>
      withSpreads(stepCovariance(up, down, s, u), a, b, upper * x, lower * y),
  },
};
