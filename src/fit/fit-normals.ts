/**
 * Fits a law that says of every device's readings which mean and covariance they have: by maximum likelihood, corrected for the
 * means (Cox and Reid 1987). Everything is in microsiemens here, so that parameters are numbers near 1.
 */
import { Matrix } from 'ml-matrix';
import type { Figure } from '../figures/figure.ts';
import type { Fit, FittedField, Score, Variant } from './law.ts';
import { logDeterminant, maximize, type Unit, withoutBias } from './maximize.ts';
import {
  type Block,
  type Innovations,
  logLikelihoodOf,
  logLikelihoodOfBlock,
  residualsOfBlock,
  scoreOfBlock,
  scoreOfInnovations,
} from './scores.ts';

export type Terms = Block | Innovations;

/** What a field of a target is by the parameters. Numbers are in SI units, or in those of the field. */
export interface Told extends Omit<FittedField, 'value' | 'standardError'> {
  readonly value: number | string | readonly number[];
  /** It has no standard error, because it is none of the parameters. */
  readonly exact?: true;
}

export interface NormalLaw<Device> {
  readonly law: string;
  readonly variant: string;
  readonly refuses?: (devices: readonly Device[]) => string | undefined;
  readonly start: (devices: readonly Device[]) => readonly number[];
  /** How many of the first parameters are means, which take from spreads. */
  readonly means: number;
  /** @param devices those that are fitted: what the law refers to, such as a mean time, is theirs */
  readonly terms: (devices: readonly Device[]) => (device: Device, parameters: readonly number[]) => Terms;
  /** What the density of readings gains where terms are of functions of these, such as logarithms. */
  readonly inReadings?: (device: Device) => number;
  /** @returns why the parameters are none of the law, or the fields */
  readonly fields: (
    devices: readonly Device[],
  ) => (parameters: readonly number[]) => readonly Told[] | string;
  readonly figure: (devices: readonly Device[], parameters: readonly number[]) => Figure;
}

export const variantOf = <Device>(law: NormalLaw<Device>): Variant<readonly Device[]> => ({
  law: law.law,
  variant: law.variant,
  fit: (devices, held) => fitNormals(law, devices, held),
});

export function fitNormals<Device>(
  law: NormalLaw<Device>,
  devices: readonly Device[],
  held: readonly Device[],
): Fit | string {
  const refusal = law.refuses?.(devices);
  if (refusal !== undefined) return refusal;
  const terms = law.terms(devices);
  const units = devices.map(
    (device): Unit =>
      (at) =>
        scoreOf((parameters) => terms(device, parameters), at),
  );
  const plain = maximize(
    units,
    law.start(devices),
    devices.map(() => []),
  );
  const { shared, covariance } = withoutBias(
    plain,
    (i) => i >= law.means,
    (at) => {
      const scores = units.map((unit) => unit(at).information);
      const sum = (i: number, j: number) => scores.reduce((total, one) => total + one[i]![j]!, 0);
      const means = Array.from({ length: law.means }, (_, i) =>
        Array.from({ length: law.means }, (_, j) => sum(i, j)),
      );
      return logDeterminant(means);
    },
  );
  if (!shared.every(Number.isFinite)) return 'no maximum of the likelihood was found';
  const fieldsAt = law.fields(devices);
  const told = fieldsAt(shared);
  if (typeof told === 'string') return told;
  const score = (own: readonly Device[]): Score => {
    const parts = own.map((device) => measured(terms(device, shared), law.inReadings?.(device) ?? 0));
    const readings = parts.reduce((sum, part) => sum + part.readings, 0);
    return {
      devices: own.length,
      readings,
      logLikelihood: parts.reduce((sum, part) => sum + part.logLikelihood, readings * Math.log(1e6)),
      residual: Math.sqrt(parts.reduce((sum, part) => sum + part.squares, 0) / readings),
    };
  };
  return {
    parameters: shared.length,
    fields: withErrors(fieldsAt, shared, covariance, told),
    fitted: score(devices),
    score: () => (held.length > 0 ? score(held) : undefined),
    figure: () => law.figure(devices, shared),
  };
}

const isBlock = (terms: Terms): terms is Block => 'covariance' in terms;

function scoreOf(of: (parameters: readonly number[]) => Terms, at: readonly number[]) {
  return isBlock(of(at))
    ? scoreOfBlock((parameters) => of(parameters) as Block, at)
    : scoreOfInnovations((parameters) => of(parameters) as Innovations, at);
}

function measured(terms: Terms, inReadings: number) {
  const readings = terms.off.length;
  if (isBlock(terms)) {
    const squares = residualsOfBlock(terms);
    return { readings, squares, logLikelihood: logLikelihoodOfBlock(terms) + inReadings };
  }
  const squares = terms.off.reduce((sum, e, i) => sum + e ** 2 / terms.variance[i]!, 0);
  return { readings, squares, logLikelihood: logLikelihoodOf(terms) + inReadings };
}

const shift = 1e-5;

/** Standard errors by how fields follow the parameters. */
function withErrors(
  at: (parameters: readonly number[]) => readonly Told[] | string,
  parameters: readonly number[],
  covariance: Matrix,
  told: readonly Told[],
): readonly FittedField[] {
  const moved = parameters.map((_, i) =>
    [shift, -shift].map((by) => at(parameters.map((value, j) => (i === j ? value + by : value)))),
  );
  const numberOf = (fields: readonly Told[] | string, k: number, item: number): number => {
    const value = typeof fields === 'string' ? Number.NaN : fields[k]!.value;
    return Array.isArray(value) ? value[item] : Number(value);
  };
  const errorOf = (k: number, item = 0): number => {
    const slopes = moved.map(
      ([up, down]) => (numberOf(up!, k, item) - numberOf(down!, k, item)) / (2 * shift),
    );
    const column = Matrix.columnVector(slopes);
    return Math.sqrt(Math.max(0, column.transpose().mmul(covariance).mmul(column).get(0, 0)));
  };
  return told.map(({ exact, ...field }, k): FittedField => {
    const { value } = field;
    if (exact || typeof value === 'string') return field;
    if (typeof value === 'number') return { ...field, standardError: errorOf(k) };
    const errors = value.map((_, item) => Number(errorOf(k, item).toPrecision(2)));
    const rounded = value.map((item: number) => Number(item.toPrecision(6)));
    return { ...field, value: rounded, how: `${field.how}, standard errors ${errors.join(', ')}` };
  });
}
