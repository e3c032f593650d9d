/**
 * The write loop of src/schemes/write-verify by its readings: what it does next follows from what it read, so that every reading is normal
 * where those before it are known (Kalman's filter, exactly), and the rule by which loops end takes nothing from the likelihood:
 *
 *   step = max(minStep, stepGain |target - reading|) gain (1 + cycleToCycle xi)      reading = g + readNoise xi
 *
 * with a gain of the device's own, 1 + deviceToDevice xi. All in uS.
 */
import type { Figure } from '../../figures/figure.ts';
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { Fit, FittedField, Score, Variant } from '../law.ts';
import { fitMixed } from '../mixed.ts';
import { likelihoodOf } from '../mode.ts';
import type { Innovations } from '../scores.ts';
import { endsOf } from './ends.ts';
import { loopFigure } from './loop-figure.ts';
import type { LoopDevice } from './loops.ts';

/** Logarithms: cycleToCycle, readNoise, stepGain, and minStep where there is one. */
type Parameters = readonly number[];

/** What is nothing beside noise, for logarithms. */
const least = -9;
const noises = 2;

function innovationsOf({ loops }: LoopDevice, at: Parameters, gain: number): Innovations {
  const [cycle = 0, noise = 0, share = 0, smallest] = at;
  const cycleToCycle = Math.exp(Math.max(least, cycle));
  const square = Math.exp(2 * Math.max(least, noise));
  const stepGain = Math.exp(share);
  const minStep = smallest === undefined ? 0 : Math.exp(smallest);
  const off: number[] = [];
  const variance: number[] = [];
  for (const { target, readings } of loops) {
    let [mean, spread] = [readings[0]!, square];
    for (let i = 1; i < readings.length; i++) {
      const distance = target - readings[i - 1]!;
      const step = Math.sign(distance) * Math.max(minStep, stepGain * Math.abs(distance)) * gain;
      mean += step;
      spread += (cycleToCycle * step) ** 2;
      const whole = spread + square;
      const e = readings[i]! - mean;
      off.push(e);
      variance.push(whole);
      mean += (spread / whole) * e;
      spread *= square / whole;
    }
  }
  return { off: Float64Array.from(off), variance: Float64Array.from(variance) };
}

/** Mean step of the tenth of pulses that are nearest to their target. */
function nearestStep(devices: readonly LoopDevice[]): number {
  const steps = devices
    .flatMap(({ loops }) =>
      loops.flatMap(({ target, readings }) =>
        readings.slice(1).map((g, i) => {
          const distance = target - readings[i]!;
          return { size: Math.abs(distance), step: (g - readings[i]!) * Math.sign(distance) };
        }),
      ),
    )
    .sort((a, b) => a.size - b.size);
  return meanOf(steps.slice(0, Math.ceil(steps.length / 10)).map(({ step }) => step));
}

/** Shares of the distance that pulses covered, of those that are far beside the noise of readings. */
function sharesOf(devices: readonly LoopDevice[], far: number): readonly number[] {
  return devices.flatMap(({ loops }) =>
    loops.flatMap(({ target, readings }) =>
      readings
        .slice(1)
        .map((g, i) => ({ step: g - readings[i]!, distance: target - readings[i]! }))
        .filter(({ distance }) => Math.abs(distance) > far)
        .map(({ step, distance }) => step / distance),
    ),
  );
}

/** @param hasSmallest whether no pulse makes less than a smallest step */
const writeLoop = (hasSmallest: boolean): Variant<readonly LoopDevice[]> => ({
  law: 'write-loop',
  variant: hasSmallest ? 'with a smallest step' : 'without a smallest step',
  fit(all, held) {
    const { moving, still, ...ends } = endsOf(all);
    const distances = moving.flatMap(({ loops }) =>
      loops.map(({ target, readings }) => Math.abs(target - readings[0]!)),
    );
    const far = 0.3 * meanOf(distances);
    const shares = sharesOf(moving, far);
    const share = meanOf(shares);
    if (moving.length < 4 || !(share > 0)) return 'pulses do not go towards the target';
    const over = (at: readonly number[]) => ({
      mean: [1],
      covariance: [[Math.exp(2 * Math.max(least, at[0]!))]],
    });
    const fit = fitMixed({
      devices: moving.map((device) => (shared, own) => innovationsOf(device, shared, own[0]!)),
      own: moving.map(() => [1]),
      shared: [
        Math.log(0.5 * (sigmaOfSample(shares) / share) + 1e-3),
        Math.log(0.2 * ends.tolerance),
        Math.log(share),
        ...(hasSmallest ? [Math.log(Math.max(nearestStep(moving), 0.1 * ends.tolerance))] : []),
      ],
      noises,
      population: [Math.log(0.1)],
      means: 0,
      over,
    });
    if (![...fit.shared, ...fit.population].every(Number.isFinite))
      return 'no maximum of the likelihood was found';
    const [cycle = 0, noise = 0, gain = 0, smallest] = fit.shared;
    if (Math.exp(gain) > 1) return 'pulses cover more than the distance';
    const smallestAt = smallest === undefined ? 0 : Math.exp(smallest);
    if (hasSmallest && !(smallestAt < far)) return 'all pulses make one step';
    const errorOf = (i: number, value: number) => value * Math.sqrt(fit.covariance.get(i, i));
    const told = (name: string, i: number, value: number, unit: 'S' | ''): FittedField => {
      const scale = unit === 'S' ? 1e-6 : 1;
      return {
        field: `programming.${name}`,
        value: value * scale,
        unit,
        standardError: errorOf(i, value) * scale,
        from: 'measured',
        how: 'maximum likelihood',
      };
    };
    const score = (devices: readonly LoopDevice[]): Score => {
      const parts = devices.map((device) => {
        const own = likelihoodOf(
          (shared, mine) => innovationsOf(device, shared, mine[0]!),
          fit.shared,
          noises,
          over(fit.population),
        );
        const seen = innovationsOf(device, fit.shared, own.own[0]!);
        const squares = seen.off.reduce((sum, e, i) => sum + e ** 2 / seen.variance[i]!, 0);
        return { logLikelihood: own.logLikelihood, squares, readings: seen.off.length };
      });
      const sum = (of: (part: (typeof parts)[number]) => number) =>
        parts.reduce((t, part) => t + of(part), 0);
      const readings = sum((part) => part.readings);
      return {
        devices: devices.length,
        readings,
        // Densities by siemens, and not by uS.
        logLikelihood: sum((part) => part.logLikelihood) + readings * Math.log(1e6),
        residual: Math.sqrt(sum(({ squares }) => squares) / readings),
      };
    };
    const p = still / all.length;
    const made: Fit = {
      parameters: fit.shared.length + 1,
      fields: [
        ...ends.fields,
        told('stepGain', 2, Math.exp(gain), ''),
        hasSmallest
          ? told('minStep', 3, smallestAt, 'S')
          : { ...told('minStep', 2, 0, 'S'), how: 'no smallest step that the data tell' },
        told('cycleToCycle', 0, Math.exp(cycle), ''),
        told('deviceToDevice', fit.shared.length, Math.exp(fit.population[0]!), ''),
        told('readNoise', 1, Math.exp(noise), 'S'),
        {
          field: 'programming.unresponsive',
          value: p,
          unit: '',
          standardError: Math.sqrt((p * (1 - p)) / all.length),
          from: 'measured',
          how: `${still} of ${all.length} devices were given up without a move`,
        },
      ],
      fitted: score(moving),
      score: () => (held.length > 0 ? score(endsOf(held).moving) : undefined),
      figure: (): Figure => loopFigure(moving, { stepGain: Math.exp(gain), minStep: smallestAt }),
    };
    return made;
  },
});

export const writeLoops = [writeLoop(true), writeLoop(false)];
