/**
 * What a write loop leaves, as a polynomial of the conductance: sigma(G) = sum c_k G^k, both in uS, of a normal distribution, or of
 * a log-normal one with the same mean and standard deviation. The degree is the one with the lowest information criterion.
 */
import type { Figure } from '../../figures/figure.ts';
import { polynomial } from '../../math/polynomial.ts';
import { evenly, sigmaOfSample } from '../../math/statistics.ts';
import { fitNormals, type NormalLaw } from '../fit-normals.ts';
import type { Fit, Variant } from '../law.ts';
import { thinned } from '../thinned.ts';
import type { Writes } from './writes.ts';

const highestDegree = 3;
const smallest = 1e-9;

const targetsOf = (devices: readonly Writes[]) => devices.flatMap(({ targets }) => targets);
const mostOf = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const leastOf = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));

type Distribution = 'normal' | 'log-normal';

function ofDegree(distribution: Distribution, degree: number): NormalLaw<Writes> {
  return {
    law: 'sigma-polynomial',
    variant: distribution,
    means: 0,
    refuses: (devices) => {
      const levels = new Set(targetsOf(devices)).size;
      if (levels <= degree) return `${levels} levels tell no polynomial of degree ${degree}`;
      return distribution === 'log-normal' && devices.some(({ readings }) => readings.some((g) => g <= 0))
        ? 'conductances are not above zero'
        : undefined;
    },
    start: (devices) => {
      const off = devices.flatMap(({ targets, readings }) => readings.map((g, i) => g - targets[i]!));
      return Array.from({ length: degree + 1 }, (_, k) => (k === 0 ? sigmaOfSample(off) : 0));
    },
    terms: (devices) => {
      const scale = mostOf(targetsOf(devices));
      return ({ targets, readings }, parameters) => {
        const sigmas = targets.map((g) => Math.max(smallest, polynomial(parameters, g / scale)));
        if (distribution === 'normal')
          return {
            off: Float64Array.from(readings, (g, i) => g - targets[i]!),
            variance: Float64Array.from(sigmas, (sigma) => sigma ** 2),
          };
        const squares = sigmas.map((sigma, i) => Math.log(1 + (sigma / targets[i]!) ** 2));
        return {
          off: Float64Array.from(readings, (g, i) => Math.log(g / targets[i]!) + squares[i]! / 2),
          variance: Float64Array.from(squares),
        };
      };
    },
    ...(distribution === 'log-normal'
      ? { inReadings: ({ readings }) => -readings.reduce((sum, g) => sum + Math.log(g), 0) }
      : {}),
    fields: (devices) => {
      const targets = targetsOf(devices);
      const [least, most] = [leastOf(targets), mostOf(targets)];
      return (parameters) => {
        if (evenly(least, most, 50).some((g) => polynomial(parameters, g / most) <= smallest))
          return 'a standard deviation would be negative within the levels';
        const range = (field: string, value: number) =>
          ({
            field,
            value: value * 1e-6,
            unit: 'S',
            from: 'measured',
            how: 'levels that were written',
            exact: true,
          }) as const;
        return [
          {
            field: 'programming.distribution',
            value: distribution,
            unit: '',
            from: 'measured',
            how: 'chosen by the data',
            isChoice: true,
          },
          {
            field: 'programming.sigma',
            value: parameters.map((c, k) => c / most ** k),
            unit: '',
            from: 'measured',
            how: 'maximum likelihood',
          },
          range('programming.validFrom', least),
          range('programming.validTo', most),
          range('cell.gMin', least),
          range('cell.gMax', most),
        ];
      };
    },
    figure: (devices, parameters) => figureOf(devices, parameters),
  };
}

export const sigmaPolynomials: readonly Variant<readonly Writes[]>[] = (
  ['normal', 'log-normal'] as const
).map((distribution) => ({
  law: 'sigma-polynomial',
  variant: distribution,
  fit: (devices, held) => {
    const fits = Array.from({ length: highestDegree + 1 }, (_, degree) =>
      fitNormals(ofDegree(distribution, degree), devices, held),
    );
    const made = fits.filter((fit): fit is Fit => typeof fit !== 'string');
    const criterion = ({ parameters, fitted }: Fit) =>
      parameters * Math.log(fitted.readings) - 2 * fitted.logLikelihood;
    return made.length === 0
      ? String(fits[0])
      : made.reduce((best, fit) => (criterion(fit) < criterion(best) ? fit : best));
  },
}));

function figureOf(devices: readonly Writes[], parameters: readonly number[]): Figure {
  const all = devices.flatMap(({ targets, readings }) =>
    targets.map((target, i) => ({ target, off: readings[i]! - target })),
  );
  const { shown, note } = thinned(all);
  const targets = targetsOf(devices);
  const scale = mostOf(targets);
  const levels = evenly(leastOf(targets), scale, 60);
  const line = (sign: number, name: string) => ({
    name,
    colour: 1,
    drawn: 'line' as const,
    kind: 'law' as const,
    x: levels.map((g) => g * 1e-6),
    y: levels.map((g) => sign * polynomial(parameters, g / scale) * 1e-6),
  });
  return {
    name: 'writes',
    title: 'Errors of writes by level, and the standard deviation of the law',
    about: `${all.length} writes of ${devices.length === 1 ? 'one device' : `${devices.length} devices`}${note}; lines: one standard deviation above and below the level`,
    uses: [],
    plot: {
      form: 'chart',
      x: { name: 'level', unit: 'S' },
      y: { name: 'conductance - level', unit: 'S' },
      series: [
        {
          name: 'writes',
          colour: 0,
          drawn: 'dots',
          kind: 'measured',
          x: shown.map(({ target }) => target * 1e-6),
          y: shown.map(({ off }) => off * 1e-6),
        },
        line(1, '+ sigma'),
        line(-1, '- sigma'),
      ],
    },
  };
}
