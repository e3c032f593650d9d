/** The steps of the compact model of CMO/HfOx cells, which has no numbers but its spreads: a device's steps are its factor times these. */
import { cmoStep } from '../../schemes/pulse-verify/steps/cmo-step.ts';
import { conductanceOf, type StepLaw } from './step-law.ts';

/** Conductances between which the model's own pulses switch (S); readings may be off by a little. */
const window = { low: 25e-6, high: 93e-6, off: 1e-6 } as const;

/** Shift of w by which the slope of a step is seen. */
const near = 1e-4;

export const compactStep: StepLaw = {
  law: 'cmo-hfox',
  noises: ['multiplicative'],
  bounds: 'none',
  refuses: ({ low, high }) =>
    low < window.low - window.off || high > window.high + window.off
      ? 'the compact model holds for pulses that switch between 25 and 93 uS'
      : undefined,
  shared: [],
  own: ['gain'],
  start: () => ({ shared: [], own: [1] }),
  steps: ({ own: [gain = 1], ends }) => {
    const step = (w: number, up: boolean) =>
      (gain * 2 * cmoStep(conductanceOf(ends, w), up)) / (ends.high - ends.low);
    return {
      step,
      slope: (w, up) => (step(w + near, up) - step(w - near, up)) / (2 * near),
      unit: () => gain,
    };
  },
  population: {
    spreads: ['stepSpread'],
    fixed: [1],
    covariance: (_mean, [s = 0]) => [[s * s]],
  },
};
