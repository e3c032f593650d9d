/** A fitted step law -> the fields of a target, each with its standard error. */
import type { Matrix } from 'ml-matrix';
import type { FittedField } from '../law.ts';
import { devicesForSpread, type FittedSteps, type StepNumbers } from './fit-steps.ts';

const pulse = (name: string) => `programming.pulse.${name}`;

/** Numbers of the target by those of the fit. */
function valuesOf({ law, met }: FittedSteps, numbers: StepNumbers): Readonly<Record<string, number>> {
  const { cycleToCycle, readNoise, ends, shared, mean, spreads } = numbers;
  const own = Object.fromEntries(law.own.map((name, j) => [name, mean[j]!]));
  const values: Record<string, number> = {};
  const { up, down } = own;
  if (up !== undefined && down !== undefined) {
    values[pulse('stepSize')] = Math.max(up, down);
    // Steps up are smaller by this share where it is negative, steps down where it is positive.
    values[pulse('upDown')] = up < down ? up / down - 1 : 1 - down / up;
  }
  for (const [j, name] of law.population.spreads.entries()) values[pulse(name)] = spreads[j] ?? 0;
  for (const name of ['gammaUp', 'gammaDown'] as const)
    if (own[name] !== undefined) values[pulse(name)] = own[name];
  for (const [j, name] of law.shared.entries()) values[pulse(name)] = Math.exp(shared[j]!);
  values[pulse('cycleToCycle')] = cycleToCycle;
  values['programming.readNoise'] = readNoise;
  if (law.bounds !== 'none' && met.upper) values['cell.gMax'] = ends.high;
  if (law.bounds !== 'none' && met.lower) values['cell.gMin'] = ends.low;
  return values;
}

/** Standard errors by how the numbers of a target follow those of the fit. */
function errorsOf(steps: FittedSteps): Readonly<Record<string, number>> {
  const { all, numbersOf, covariance } = steps;
  const h = 1e-5;
  const slopes = all.map((_, i) => {
    const moved = (by: number) =>
      valuesOf(steps, numbersOf(all.map((value, j) => (i === j ? value + by : value))));
    const [high, low] = [moved(h), moved(-h)];
    return Object.fromEntries(Object.keys(high).map((name) => [name, (high[name]! - low[name]!) / (2 * h)]));
  });
  const names = Object.keys(slopes[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      errorBy(
        slopes.map((by) => by[name]!),
        covariance,
      ),
    ]),
  );
}

function errorBy(slopes: readonly number[], covariance: Matrix): number {
  let sum = 0;
  for (const [i, a] of slopes.entries())
    for (const [j, b] of slopes.entries()) sum += a * b * covariance.get(i, j);
  return Math.sqrt(Math.max(0, sum));
}

const units: Readonly<Record<string, FittedField['unit']>> = {
  'programming.readNoise': 'S',
  'cell.gMin': 'S',
  'cell.gMax': 'S',
};

/** Spreads below this are nothing beside the noise of what was measured. */
const nothing = 1e-3;

export function stepFields(steps: FittedSteps, devices: number): readonly FittedField[] {
  const { law, noise, met, numbers } = steps;
  const { ends } = numbers;
  const values = valuesOf(steps, numbers);
  const errors = errorsOf(steps);
  const few = `${devices === 1 ? 'one device tells' : `${devices} devices tell`} no spread from device to device`;
  const isSpread = new Set(law.population.spreads.map(pulse));
  const word = (
    field: string,
    value: string | number,
    from: FittedField['from'],
    how: string,
  ): FittedField => ({
    field,
    value,
    unit: '',
    from,
    how,
  });
  const untold = new Set([
    ...(met.upper ? [] : [pulse('boundMaxSpread')]),
    ...(met.lower ? [] : [pulse('boundMinSpread')]),
  ]);
  const measured = Object.entries(values).map(([field, value]): FittedField => {
    if (isSpread.has(field) && devices < devicesForSpread) return word(field, 0, 'assumed', few);
    if (untold.has(field)) return word(field, 0, 'assumed', 'too few devices came to this bound');
    if (isSpread.has(field) && value < nothing)
      return word(field, 0, 'measured', 'no spread beside the noise of steps and readings');
    const unit = units[field] ?? '';
    return { field, value, unit, standardError: errors[field]!, from: 'measured', how: 'maximum likelihood' };
  });
  const end = (field: string, value: number): readonly FittedField[] =>
    field in values
      ? []
      : [{ field, value, unit: 'S', from: 'measured', how: 'what pulses reached, as the mean over devices' }];
  return [
    word(pulse('model'), law.law, 'measured', 'chosen by the data'),
    ...measured,
    word(pulse('stepLaw'), 'normal', 'assumed', 'the law that was fitted, and not log-normal'),
    ...(law.bounds === 'none'
      ? []
      : [
          word(pulse('boundMax'), 1, 'derived', 'the unit of w'),
          word(pulse('boundMin'), -1, 'derived', 'the unit of w'),
          word(
            pulse('writeNoise'),
            0,
            'assumed',
            'one reading after each pulse does not tell it from noise of readings',
          ),
        ]),
    ...(law.noises.length > 1
      ? [{ ...word(pulse('noise'), noise, 'measured', 'chosen by the data'), isChoice: true } as const]
      : []),
    ...(law.own.includes('gammaUp')
      ? [word(pulse('slopeBound'), 'mean', 'assumed', 'the law that was fitted')]
      : []),
    ...(law.shared.length > 0
      ? [
          word(pulse('scale'), 1, 'derived', 'the law says the same with gamma'),
          word(pulse('offset'), 0, 'derived', 'the law says the same with a'),
          word(pulse('noiseFloor'), 0, 'assumed', 'the law that was fitted'),
          word(pulse('noiseSlope'), 0, 'assumed', 'the law that was fitted'),
        ]
      : []),
    ...end('cell.gMin', ends.low),
    ...end('cell.gMax', ends.high),
  ];
}
