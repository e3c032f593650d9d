/**
 * Noise around a constant state by its power spectrum: the likelihood of Whittle (1953) of every trace's periodogram, with the density that
 * a trace of its length is expected to show (Sykulski et al., Biometrika 106, 251 (2019)), so that nothing leaks. White noise of readings
 * has the standard deviation sigma(G), a polynomial; 1/f noise is the sum of fluctuators of src/conditions/flicker, in proportion to G.
 *
 * Fluctuators are no normal numbers, and frequencies not independent: standard errors are those of the scatter from device to
 * device (White, Econometrica 50, 1 (1982)).
 */
import { Matrix } from 'ml-matrix';
import { fluctuators } from '../../conditions/fluctuator.ts';
import { polynomial } from '../../math/polynomial.ts';
import { sigmaOfSample } from '../../math/statistics.ts';
import type { Fit, FittedField, Score, Variant } from '../law.ts';
import { maximize, type Unit } from '../maximize.ts';
import { inverted } from '../small-matrices.ts';
import { traceFigure } from './trace-figure.ts';
import type { Trace } from './traces.ts';

/** What one trace tells: at every frequency above 0 its power, and what 1/f noise of a deviation of 1 is expected to have there (uS^2). */
interface Spectrum {
  readonly mean: number;
  readonly power: Float64Array;
  readonly flicker: Float64Array;
  /** How many coefficients of the trace a frequency stands for: 2, and 1 at half of the rate. */
  readonly weight: Float64Array;
}

function spectrumOf({ readings, mean }: Trace, autocovariance: readonly number[]): Spectrum {
  const n = readings.length;
  const bins = Array.from({ length: Math.floor(n / 2) }, (_, i) => i + 1);
  const cosines = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const sines = Float64Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / n));
  const power = bins.map((k) => {
    let [real, imaginary] = [0, 0];
    for (let i = 0; i < n; i++) {
      const turn = (i * k) % n;
      real += (readings[i]! - mean) * cosines[turn]!;
      imaginary += (readings[i]! - mean) * sines[turn]!;
    }
    return (real * real + imaginary * imaginary) / n;
  });
  const flicker = bins.map((k) => {
    let sum = autocovariance[0]!;
    for (let j = 1; j < n; j++) sum += 2 * (1 - j / n) * autocovariance[j]! * cosines[(j * k) % n]!;
    return sum;
  });
  return {
    mean,
    power: Float64Array.from(power),
    flicker: Float64Array.from(flicker),
    weight: Float64Array.from(bins, (k) => (2 * k === n ? 1 : 2)),
  };
}

/** Of the fluctuators of a deviation of 1, reading by reading. */
function autocovarianceOf(range: Range, interval: number, readings: number): readonly number[] {
  const own = fluctuators(range);
  return Array.from(
    { length: readings },
    (_, j) =>
      own.reduce((sum, { high, low }) => sum + Math.exp(-j * interval * (1 / high + 1 / low)), 0) /
      own.length,
  );
}

interface Range {
  readonly shortest: number;
  readonly longest: number;
}

/** The correlation times that traces tell: from their interval to a quarter of their length. */
const rangeOf = (traces: readonly Trace[]): Range => {
  const [{ interval, readings }] = traces as readonly [Trace];
  return { shortest: interval, longest: (interval * readings.length) / 4 };
};

/** @param degree of the standard deviation of white noise over the conductance */
function noise(degree: number, hasFlicker: boolean): Variant<readonly Trace[]> {
  const law = 'read-noise';
  const variant = `white${degree > 0 ? ', by conductance' : ''}${hasFlicker ? ', and 1/f' : ''}`;
  return {
    law,
    variant,
    fit(traces, held) {
      const scale = traces.reduce((most, { mean }) => Math.max(most, mean), 0);
      const least = traces.reduce((less, { mean }) => Math.min(less, mean), scale);
      if (degree > 0 && least > 0.8 * scale)
        return 'conductances lie too near each other to tell what noise follows';
      const range = rangeOf(traces);
      const open = (trace: Trace) =>
        spectrumOf(trace, autocovarianceOf(range, trace.interval, trace.readings.length));
      // Parameters: white noise by powers of g / scale, each in uS, then the logarithm of the amplitude.
      const unitOf =
        ({ mean, power, flicker, weight }: Spectrum): Unit =>
        (at) => {
          const white = polynomial(at.slice(0, degree + 1), mean / scale);
          const amplitude = hasFlicker ? Math.exp(at[degree + 1]!) * mean : 0;
          const gradient = at.map(() => 0);
          const information = at.map(() => at.map(() => 0));
          let logLikelihood = 0;
          for (let k = 0; k < power.length; k++) {
            const expected = white * white + amplitude * amplitude * flicker[k]!;
            const half = weight[k]! / 2;
            const ratio = power[k]! / expected;
            logLikelihood -= half * (Math.log(2 * Math.PI * expected) + ratio);
            const by = at.map((_, i) =>
              i <= degree
                ? (2 * white * (mean / scale) ** i) / expected
                : (2 * amplitude * amplitude * flicker[k]!) / expected,
            );
            for (const [i, a] of by.entries()) {
              gradient[i]! += half * (ratio - 1) * a;
              for (const [j, b] of by.entries()) information[i]![j]! += half * a * b;
            }
          }
          return { logLikelihood, gradient, information };
        };
      const units = traces.map((trace) => unitOf(open(trace)));
      const deviations = traces.map(({ readings }) => sigmaOfSample(readings));
      const typical = deviations.reduce((sum, each) => sum + each, 0) / deviations.length;
      const start = [typical, ...Array.from({ length: degree }, () => 0)];
      const { shared } = maximize(
        units,
        hasFlicker ? [...start.map((each) => 0.8 * each), Math.log((0.5 * typical) / scale)] : start,
        traces.map(() => []),
      );
      if (!shared.every(Number.isFinite)) return 'no maximum of the likelihood was found';
      const white = (g: number) => polynomial(shared.slice(0, degree + 1), g / scale);
      if (white(least) <= 0 || white(scale) <= 0)
        return 'white noise would be negative within the conductances';
      const covariance = scattered(units, shared);
      const errors = shared.map((_, i) => Math.sqrt(covariance.get(i, i)));
      const amplitude = hasFlicker ? Math.exp(shared[degree + 1]!) : 0;
      const score = (own: readonly Trace[]): Score => {
        const seen = own.map((trace) => unitOf(open(trace))(shared).logLikelihood);
        const squares = own.map((trace) => ratioOf(open(trace), white(trace.mean), amplitude * trace.mean));
        const readings = own.reduce((sum, trace) => sum + trace.readings.length - 1, 0);
        return {
          devices: own.length,
          readings,
          logLikelihood: seen.reduce((sum, each) => sum + each, 0) + readings * Math.log(1e6),
          residual: Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / readings),
        };
      };
      const told = (field: string, value: FittedField['value'], how: string): FittedField => ({
        field,
        value,
        unit: '',
        from: 'measured',
        how,
      });
      const beyond = 'what traces of this interval and length tell; 1/f noise goes on beyond';
      const fit: Fit = {
        parameters: shared.length,
        fields: [
          told(
            'readNoise.sigma',
            shared.slice(0, degree + 1).map((c, k) => Number((c / scale ** k).toPrecision(6))),
            `likelihood of Whittle, standard errors ${errors
              .slice(0, degree + 1)
              .map((error, k) => Number((error / scale ** k).toPrecision(2)))
              .join(', ')}`,
          ),
          ...(hasFlicker
            ? [
                {
                  ...told('flicker.amplitude', amplitude, 'likelihood of Whittle'),
                  standardError: amplitude * errors[degree + 1]!,
                },
                { ...told('flicker.shortest', range.shortest, beyond), unit: 's', from: 'derived' } as const,
                { ...told('flicker.longest', range.longest, beyond), unit: 's', from: 'derived' } as const,
              ]
            : []),
        ],
        fitted: score(traces),
        score: () => (held.length > 0 ? score(held) : undefined),
        figure: () => {
          const spectra = traces.map(open);
          return traceFigure(
            traces,
            spectra.map(({ power }) => power),
            spectra.map(({ flicker, mean }) =>
              flicker.map((each) => white(mean) ** 2 + (amplitude * mean) ** 2 * each),
            ),
          );
        },
      };
      return fit;
    },
  };
}

/** Sum of what coefficients have beside what is expected: as many where the law is right. */
function ratioOf({ power, flicker, weight }: Spectrum, white: number, amplitude: number): number {
  return power.reduce(
    (sum, each, k) => sum + (weight[k]! * each) / (white * white + amplitude * amplitude * flicker[k]!),
    0,
  );
}

/** Covariance of what a likelihood is largest at, by the scatter of its slopes from device to device. */
function scattered(units: readonly Unit[], at: readonly number[]): Matrix {
  const scores = units.map((unit) => unit(at));
  const information = scores.reduce<Matrix>(
    (sum, one) => Matrix.add(sum, new Matrix(one.information.map((row) => [...row]))),
    Matrix.zeros(at.length, at.length),
  );
  const scatter = scores.reduce(
    (sum, { gradient }) => {
      const slope = Matrix.columnVector([...gradient]);
      return Matrix.add(sum, slope.mmul(slope.transpose()));
    },
    Matrix.zeros(at.length, at.length),
  );
  const inverse = inverted(information);
  // Slopes at the maximum scatter by less than about the truth.
  const few = units.length / Math.max(1, units.length - at.length);
  return inverse.mmul(scatter).mmul(inverse).mul(few);
}

export const noises = [noise(0, false), noise(1, false), noise(0, true), noise(1, true)];
