/** Inputs, converters and their errors as lines of a report; errors are off where their section is absent. */

import { type Effect, percent, volts } from '../target/effect.ts';
import type { Target } from '../target/target.ts';

/** In the order in which they act. */
export function peripheryEffects(target: Target): Effect[] {
  return [inputs(target), driverErrors(target), adcErrors(target), converter(target)];
}

function inputs({ driver }: Target): Effect {
  const digits = driver.bits === 1 ? 'bit' : `${driver.bits} bits`;
  return {
    name: 'bit-serial inputs',
    applied: true,
    parameters: {
      'driver.bits': String(driver.bits),
      'driver.polarity': driver.polarity,
      'driver.vRead': volts(driver.vRead),
      'driver.rowsAtOnce': String(driver.rowsAtOnce),
    },
    law: `one product and one conversion per ${digits} of the 8-bit input, added with the weight of the lowest; rows beyond rowsAtOnce are another tile`,
  };
}

function driverErrors({ driverErrors: errors }: Target): Effect {
  return {
    name: 'driver errors',
    applied: errors !== undefined,
    parameters: errors
      ? {
          'driverErrors.gainSpread': percent(errors.gainSpread),
          'driverErrors.nonlinearity': errors.nonlinearity.join(', '),
        }
      : {},
    law: 'a row sees (d + nonlinearity(d)) (1 + gainSpread xi) read voltages of one step, one xi per row',
  };
}

function adcErrors({ adcErrors: errors }: Target): Effect {
  return {
    name: 'converter errors',
    applied: errors !== undefined,
    parameters: errors
      ? {
          'adcErrors.gainSpread': percent(errors.gainSpread),
          'adcErrors.offsetSpread': `${errors.offsetSpread} codes`,
          'adcErrors.nonlinearity': errors.nonlinearity.join(', '),
        }
      : {},
    law: 'x = sum G / step (1 + gainSpread xi) + zero + offsetSpread xi, code = round(x + nonlinearity(x)); one xi each per converter',
  };
}

function converter({ adc }: Target): Effect {
  return {
    name: 'converter quantization and saturation',
    applied: true,
    parameters: {
      'adc.bits': String(adc.bits),
      'adc.convert': adc.convert,
      'adc.sharedBy': String(adc.sharedBy),
    },
    law: 'code = clip(round(sum G / step) + zero, -2^(bits-1), 2^(bits-1) - 1); step and zero per column',
  };
}
