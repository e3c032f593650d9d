/**
 * Steps that depend exponentially on the state: dw = +-step max(0, 1 - a exp(+-gamma z)), z = 2 w / (boundMax - boundMin). Scale and offset of the law only say
 * the same in other numbers, and are 1 and 0 here. a and gamma are fitted by their logarithms.
 */
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { meanOf } from '../../math/statistics.ts';
import { type StepLaw, stepCovariance, withSpreads } from './step-law.ts';

/** Points of the curve that is fitted first: means of so many neighbours. */
const bins = 30;

function binned(w: readonly number[], step: readonly number[]) {
  const order = w.map((_, i) => i).sort((a, b) => w[a]! - w[b]!);
  const many = Math.min(bins, order.length);
  const groups = Array.from({ length: many }, (_, k) =>
    order.slice(Math.floor((k * order.length) / many), Math.floor(((k + 1) * order.length) / many)),
  );
  return {
    x: groups.map((own) => meanOf(own.map((i) => w[i]!))),
    y: groups.map((own) => meanOf(own.map((i) => step[i]!))),
  };
}

/** Step at w = 0 without the exponential, and the logarithms of its weight and steepness. */
function leastSquares(w: readonly number[], step: readonly number[]): [number, number, number] {
  const most = Math.max(1e-3, ...step.map(Math.abs));
  const tries = [0.5, 2, 6].map((gamma) =>
    levenbergMarquardt(
      binned(w, step),
      ([size = 0, a = 0, steep = 0]) =>
        (x) =>
          size * Math.max(0, 1 - Math.exp(a + Math.exp(steep) * x)),
      {
        initialValues: [most, Math.log(0.5 * Math.exp(-gamma)), Math.log(gamma)],
        minValues: [most / 20, -30, -4],
        maxValues: [most * 20, 3, 4],
        gradientDifference: 1e-4,
        centralDifference: true,
        maxIterations: 60,
        damping: 1e-2,
        errorTolerance: 0,
        improvementThreshold: 1e-6,
      },
    ),
  );
  const best = tries.reduce((a, b) => (b.parameterError < a.parameterError ? b : a));
  return best.parameterValues as [number, number, number];
}

export const exponentialStep: StepLaw = {
  law: 'exponential-step',
  noises: ['multiplicative'],
  bounds: 'hard',
  shared: ['aUp', 'gammaUp', 'aDown', 'gammaDown'],
  own: ['up', 'down', 'boundMax', 'boundMin'],
  start: ({ up, down }) => {
    const [rise, aUp, gammaUp] = leastSquares(up.w, up.step);
    const mirrored = down.w.map((w) => -w);
    const [fall, aDown, gammaDown] = leastSquares(
      mirrored,
      down.step.map((step) => -step),
    );
    return { shared: [aUp, gammaUp, aDown, gammaDown], own: [rise, fall] };
  },
  steps: ({
    shared: [aUp = 0, gammaUp = 0, aDown = 0, gammaDown = 0],
    own: [stepUp = 0, stepDown = 0, upper = 1, lower = -1],
  }) => {
    const [steepUp, steepDown] = [
      (2 * Math.exp(gammaUp)) / (upper - lower),
      (2 * Math.exp(gammaDown)) / (upper - lower),
    ];
    const lost = (w: number, up: boolean) => Math.exp(up ? aUp + steepUp * w : aDown - steepDown * w);
    return {
      step(w, up) {
        const left = Math.max(0, 1 - lost(w, up));
        return up ? stepUp * left : -stepDown * left;
      },
      slope(w, up) {
        const share = lost(w, up);
        if (share >= 1) return 0;
        return -share * (up ? stepUp * steepUp : stepDown * steepDown);
      },
      unit: (up) => (up ? stepUp : stepDown),
    };
  },
  population: {
    spreads: ['stepSpread', 'upDownSpread', 'boundMaxSpread', 'boundMinSpread'],
    covariance: ([up = 0, down = 0, upper = 0, lower = 0], [s = 0, u = 0, x = 0, y = 0]) =>
      withSpreads(stepCovariance(up, down, s, u), upper * x, lower * y),
  },
};
