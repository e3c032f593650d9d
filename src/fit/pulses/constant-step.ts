/** Steps that do not depend on the state: dw = +-step. */
import { meanOf } from '../../math/statistics.ts';
import { type StepLaw, stepCovariance, withSpreads } from './step-law.ts';

export const constantStep: StepLaw = {
  law: 'constant-step',
  noises: ['multiplicative'],
  bounds: 'hard',
  shared: [],
  own: ['up', 'down', 'boundMax', 'boundMin'],
  start: ({ up, down }) => ({
    shared: [],
    own: [Math.max(1e-3, meanOf(up.step)), Math.max(1e-3, -meanOf(down.step))],
  }),
  steps: ({ own: [stepUp = 0, stepDown = 0] }) => ({
    step: (_w, up) => (up ? stepUp : -stepDown),
    slope: () => 0,
    unit: (up) => (up ? stepUp : stepDown),
  }),
  population: {
    spreads: ['stepSpread', 'upDownSpread', 'boundMaxSpread', 'boundMinSpread'],
    covariance: ([up = 0, down = 0, upper = 0, lower = 0], [s = 0, u = 0, x = 0, y = 0]) =>
      withSpreads(stepCovariance(up, down, s, u), upper * x, lower * y),
  },
};
