/**
 * Drivers and converters of a target and their errors: sections of its file, what no single field of them shows, and effects
 * for reports. An error is off where its section is absent.
 *
 *   x    = sum G / step (1 + gain) + zero + offset          what a converter is given, in its codes
 *   code = clip(round(x + nonlinearity(x)), -2^(bits-1), 2^(bits-1) - 1)
 *   a row that is driven with digit d sees (d + nonlinearity(d)) (1 + gain) times the read voltage of one step
 */
import { z } from 'zod';
import { type Effect, percent, type SectionModel, sectionEffect } from './effect.ts';
import { above0, choice, integer, leaf, quantity, type Read, relative, spread } from './leaf.ts';
import { rises } from './nonlinearity.ts';
import { type Check, unless } from './problem.ts';

export const driver = z.strictObject({
  bits: integer(
    1,
    8,
    'Bits of the digital-to-analogue converter on every row: inputs enter by as many bits at a time',
  ),
  polarity: choice(
    ['unipolar', 'bipolar'],
    'Whether rows are driven with the read voltage only, or with either sign of it: `bipolar` takes inputs of both signs at once',
  ),
  vRead: quantity('V', 'Read voltage of the highest level', above0),
  rowsAtOnce: integer(1, 65535, 'Rows driven in one MVM'),
});

export const adc = z.strictObject({
  bits: integer(1, 16, 'Bits of one conversion'),
  convert: choice(
    ['pair', 'column'],
    'One converter sees the difference of a `pair` of columns, or one `column`',
  ),
  energy: quantity('J', 'Energy of one conversion'),
  time: quantity('s', 'Time of one conversion'),
  sharedBy: integer(1, 65535, 'Columns (or pairs) that share one converter, one after the other'),
});

const table = z.array(z.number()).min(2);

const adcErrorsSchema = z.strictObject({
  gainSpread: relative('Relative spread of the gain from converter to converter'),
  offsetSpread: spread('Spread of the offset from converter to converter, in codes'),
  nonlinearity: leaf(
    table,
    '',
    'Integral nonlinearity in codes: list of its values at equally spaced codes, from the lowest to the highest',
  ),
});

const driverErrorsSchema = z.strictObject({
  gainSpread: relative('Relative spread of the voltage from row to row'),
  nonlinearity: leaf(
    table,
    '',
    'Integral nonlinearity in steps: list of its values at equally spaced levels, from 0 to the highest',
  ),
});

export type Driver = Read<typeof driver>;
export type Converter = Read<typeof adc>;
export type AdcErrors = Read<typeof adcErrorsSchema>;
export type DriverErrors = Read<typeof driverErrorsSchema>;

const listed = (values: readonly number[]) => values.join(', ');

/** Gain and offset belong to a converter, and so to all columns that share it; the nonlinearity is that of all alike. */
export const adcErrors: SectionModel<AdcErrors> = {
  schema: adcErrorsSchema,
  name: 'converter errors',
  law: 'x = sum G / step (1 + gainSpread xi) + zero + offsetSpread xi, code = round(x + nonlinearity(x)); one xi each per converter',
  print: { gainSpread: percent, offsetSpread: (codes) => `${codes} codes`, nonlinearity: listed },
};

/** A gain of every row; the nonlinearity is that of all drivers alike. */
export const driverErrors: SectionModel<DriverErrors> = {
  schema: driverErrorsSchema,
  name: 'driver errors',
  law: 'a row sees (d + nonlinearity(d)) (1 + gainSpread xi) read voltages of one step, one xi per row',
  print: { gainSpread: percent, nonlinearity: listed },
};

export interface PeripheryErrors {
  readonly adcErrors?: AdcErrors | undefined;
  readonly driverErrors?: DriverErrors | undefined;
}

export interface Periphery extends PeripheryErrors {
  readonly driver: Driver;
  readonly adc: Converter;
}

/** Whether converters and drivers with their errors still convert: levels rise, and a row that is not driven is at 0 V. */
export const peripheryChecks: readonly Check<Periphery>[] = [
  ({ adcErrors: errors, adc: { bits } }) =>
    unless(
      !errors || rises(errors.nonlinearity, 2 ** bits - 1),
      'adcErrors.nonlinearity',
      'codes would fall while the current rises',
    ),
  ({ driverErrors: errors, driver: { bits } }) =>
    unless(
      !errors || rises(errors.nonlinearity, 2 ** bits - 1),
      'driverErrors.nonlinearity',
      'the voltage would fall while the input rises',
    ),
  ({ driverErrors: errors }) =>
    unless(
      !errors || errors.nonlinearity[0] === 0,
      'driverErrors.nonlinearity',
      'this must begin with 0: rows that are not driven are held at 0 V',
    ),
];

/** Name of what converters err by when they are as they should be. */
export const quantization = 'converter quantization and saturation';

/** In the order in which they act. */
export function peripheryEffects(target: Periphery): Effect[] {
  const { bits } = target.driver;
  const inputs = {
    schema: driver,
    name: 'bit-serial inputs',
    law: `one product and one conversion per ${bits === 1 ? 'bit' : `${bits} bits`} of the 8-bit input, added with the weight of the lowest; rows beyond rowsAtOnce are another tile`,
  };
  const conversion = {
    schema: adc.pick({ bits: true, convert: true, sharedBy: true }),
    name: quantization,
    law: 'code = clip(round(sum G / step) + zero, -2^(bits-1), 2^(bits-1) - 1); step and zero per column',
  };
  return [
    sectionEffect('driver', inputs, target.driver),
    sectionEffect('driverErrors', driverErrors, target.driverErrors),
    sectionEffect('adcErrors', adcErrors, target.adcErrors),
    sectionEffect('adc', conversion, target.adc),
  ];
}
