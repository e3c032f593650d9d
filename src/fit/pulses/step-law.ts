/**
 * A step law as fitting sees it. States w run from -1 at the lower end of a window of conductances to 1 at its upper end; a device
 * has numbers of its own, such as its mean steps, and shares others with all, such as the steepness of an exponential.
 */
import type { Train } from './trains.ts';

/** What the spread of a step is a share of: the step itself, or that at w = 0. */
export type Noise = 'multiplicative' | 'additive';

/** Conductances at w = -1 and w = 1 (S). */
export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** w beyond which a device does not go; infinite where its steps end by themselves. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export interface StepLaw {
  readonly law: string;
  /** Where the field `noise` of the target can be either. */
  readonly noises: readonly Noise[];
  /**
   * Bounds of every device, which are the last two of its own numbers: steps end there by themselves (`soft`), or are cut off
   * (`hard`), and noise goes beyond neither. The ends of the window are their means, so that these are 1 and -1.
   */
  readonly bounds: 'soft' | 'hard' | 'none';
  /** Why the law is none of devices that reach these conductances. */
  readonly refuses?: (reach: Ends) => string | undefined;
  /** Names of the numbers that all devices share, besides the noises, and of those of each. */
  readonly shared: readonly string[];
  readonly own: readonly string[];
  /** How the step falls over w, for a start: by least squares over all devices. */
  readonly start: (points: StepPoints) => {
    readonly shared: readonly number[];
    /** But for bounds. */
    readonly own: readonly number[];
    /** Where steps end, in w. */
    readonly ends?: Ends;
  };
  /** Steps of a device of these numbers. */
  readonly steps: (numbers: Numbers) => Steps;
  readonly population: Population;
}

export interface Steps {
  /** Mean change of w by a pulse, and its derivative by w. */
  readonly step: (w: number, up: boolean) => number;
  readonly slope: (w: number, up: boolean) => number;
  /** Mean step at w = 0, of which additive noise is a share. */
  readonly unit: (up: boolean) => number;
}

export interface Numbers {
  readonly shared: readonly number[];
  readonly own: readonly number[];
  /** What w = -1 and w = 1 are. */
  readonly ends: Ends;
}

/** Steps as they were read: from w, by a pulse. */
export interface StepPoints {
  readonly up: { readonly w: readonly number[]; readonly step: readonly number[] };
  readonly down: { readonly w: readonly number[]; readonly step: readonly number[] };
}

/** How the own numbers of devices are spread: their covariance by their mean and spreads. */
export interface Population {
  /** Names of the spreads. */
  readonly spreads: readonly string[];
  /** The mean of every own number where the law fixes it. */
  readonly fixed?: readonly number[];
  readonly covariance: (mean: readonly number[], spreads: readonly number[]) => number[][];
}

export const stateOf = ({ low, high }: Ends, g: number): number => (2 * (g - low)) / (high - low) - 1;
export const conductanceOf = ({ low, high }: Ends, w: number): number => low + ((w + 1) * (high - low)) / 2;

/** @param cut where the steps of every train are cut off: those that come there are left out */
export function stepPoints(trains: readonly Train[], ends: Ends, cut: readonly Bounds[]): StepPoints {
  const points = {
    up: { w: [] as number[], step: [] as number[] },
    down: { w: [] as number[], step: [] as number[] },
  };
  for (const [d, train] of trains.entries()) {
    const { lower, upper } = cut[d]!;
    let before = stateOf(ends, train.start);
    const steps = train.pulses.map(({ up, count, g }) => {
      const w = before;
      before = stateOf(ends, g);
      return { up, w, step: (before - w) / count };
    });
    for (const up of [true, false]) {
      const own = steps.filter((step) => step.up === up);
      const largest = Math.max(0, ...own.map(({ step }) => (up ? step : -step)));
      const side = up ? points.up : points.down;
      for (const { w, step } of own)
        if ((up ? upper - w : w - lower) > largest) {
          side.w.push(w);
          side.step.push(step);
        }
    }
  }
  return points;
}

export const unbounded: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** Covariance of numbers that are spread independently of each other. */
export function withSpreads(
  covariance: readonly (readonly number[])[],
  ...deviations: readonly number[]
): number[][] {
  const first = covariance.length;
  const size = first + deviations.length;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      i < first && j < first ? covariance[i]![j]! : i === j ? deviations[i - first]! ** 2 : 0,
    ),
  );
}

/** Steps up and down of a device, with one spread of both and one of their difference: s and u of device.ts. */
export function stepCovariance(up: number, down: number, s: number, u: number): number[][] {
  const size = Math.max(up, down) ** 2;
  return [
    [size * (s * s + u * u), size * (s * s - u * u)],
    [size * (s * s - u * u), size * (s * s + u * u)],
  ];
}
