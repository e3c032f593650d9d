/** Curves of converters and drivers, and what a target may say about them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bend, piecewiseLinear } from '../../src/target/nonlinearity.ts';
import { type Periphery, peripheryChecks } from '../../src/target/periphery.ts';
import { exactTarget } from '../chip/bench.ts';

describe('a nonlinearity', () => {
  it('is interpolated between its values, and constant beyond', () => {
    const table = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(table, fc.double({ min: -400, max: 400, noNaN: true }), (values, x) => {
        const [least, most] = [-128, 127];
        const place = (Math.max(least, Math.min(most, x)) - least) / ((most - least) / (values.length - 1));
        const below = Math.min(values.length - 2, Math.floor(place));
        const wanted = x + values[below]! + (place - below) * (values[below + 1]! - values[below]!);
        const curve = piecewiseLinear(values, least, most);
        expect(curve ? bend(curve, x) : x).toBeCloseTo(wanted, 9);
      }),
    );
  });

  it('of zeros changes nothing, and equal slopes are one piece', () => {
    expect(piecewiseLinear([0, 0, 0], -8, 7)).toBeUndefined();
    expect(piecewiseLinear([1, 1, 1], -8, 7)?.pieces).toHaveLength(1);
    expect(piecewiseLinear([0, 1, 2], 0, 4)?.pieces).toEqual([
      { from: Number.NEGATIVE_INFINITY, to: 0, slope: 1 },
      { from: 0, to: 4, slope: 1.5 },
      { from: 4, to: Number.POSITIVE_INFINITY, slope: 1 },
    ]);
  });

  it('makes decision levels that are not equally spaced', () => {
    // 3 bits, levels twice as far apart in the upper half: x + nonlinearity(x) = k - 1/2 at the wanted ones.
    const curve = piecewiseLinear([0, 0, 0, 0, 0, -0.5, -1, -1.5], -4, 3)!;
    const codeOf = (x: number) => Math.max(-4, Math.min(3, Math.round(bend(curve, x))));
    expect([-3.6, -3.4, -0.6, -0.4, 0.4, 0.9, 1.1, 2.9].map(codeOf)).toEqual([-4, -3, -1, -0, 0, 0, 1, 1]);
  });
});

const peripheryProblems = (target: Periphery) => peripheryChecks.flatMap((check) => check(target));

describe('a target', () => {
  const target = { ...exactTarget, driver: { ...exactTarget.driver, bits: 2 } };
  const errors = { gainSpread: 0, offsetSpread: 0 };

  it.each([
    [
      'codes that fall',
      { adcErrors: { ...errors, nonlinearity: [0, 200, -60, 0] } },
      'adcErrors.nonlinearity',
    ],
    [
      'voltages that fall',
      { driverErrors: { gainSpread: 0, nonlinearity: [0, 1.1, 0, 0] } },
      'driverErrors.nonlinearity',
    ],
    [
      'a voltage on rows that are not driven',
      { driverErrors: { gainSpread: 0, nonlinearity: [0.1, 0] } },
      'driverErrors.nonlinearity',
    ],
  ])('with %s is refused', (_, sections, field) => {
    const problems = peripheryProblems({ ...target, ...sections });
    expect(problems.map(({ path }) => path.join('.'))).toEqual([`${field}.value`]);
  });

  it('with curves that rise is not', () => {
    const adcErrors = { ...errors, nonlinearity: [0, 2, -2, 0] };
    const driverErrors = { gainSpread: 0.1, nonlinearity: [0, 0.5, -0.2, 0] };
    expect(peripheryProblems({ ...target, adcErrors, driverErrors })).toEqual([]);
    expect(peripheryProblems(target)).toEqual([]);
  });
});
