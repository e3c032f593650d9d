/** The schemas of what lies below a hidden plane: optional sections of a target file, see ferroelectric.ts. */
import { z } from 'zod';
import { above0, leaf, quantity, share, spread } from './leaf.ts';

const count = (description: string) => leaf(z.number().min(0), '', description);

export const film = z.strictObject({
  thickness: quantity('m', 'Thickness of the ferroelectric film', above0),
  remanence: quantity('C/m2', 'Remanent polarization Pr', above0),
  coerciveField: quantity(
    'V/m',
    'Median coercive field, of a loop that takes loopTime from zero to its peak',
    above0,
  ),
  loopTime: quantity('s', 'Time from zero to the peak of that loop', above0),
  fieldSpread: leaf(above0, '', 'Spread of the logarithm of the coercive fields within one capacitor'),
  attemptTime: quantity('s', 'Shortest time in which any field switches', above0),
  exponent: leaf(above0, '', 'Exponent of the field in the switching time'),
  permittivity: leaf(above0, '', 'Relative permittivity of what does not switch'),
  side: quantity('m', 'Side of the square capacitor of one digit step', above0),
  writeVoltage: quantity('V', 'Voltage of write and plate pulses', above0),
  lineCapacitance: quantity('F', 'Capacitance of the line onto which a sign is read', above0),
});

export const ageing = z.strictObject({
  pristine: share('Share of the charge that a FeCAP switches before its first cycle'),
  wokenCycles: count('Cycles after which it switches all of it'),
  fatigueCycles: leaf(above0, '', 'Cycles beyond these after which half of it is left'),
  endurance: leaf(above0, '', 'Cycles that a FeCAP endures'),
  spent: count('Cycles that every FeCAP has seen before'),
  retentionLoss: spread('Share of the charge that is lost per decade of time beyond retentionTime'),
  retentionTime: quantity('s', 'Time from which that loss counts', above0),
  held: quantity('s', 'Time from writing a FeCAP to the transfer that reads it'),
});

export const access = z.strictObject({
  threshold: quantity('V', "Threshold of a memristor's access transistor"),
  transconductance: quantity('S', 'Compliance current per line voltage above threshold', above0),
  contactVoltage: quantity(
    'V',
    'Voltage that stays across a memristor at its compliance: conductance = compliance / contactVoltage',
    above0,
  ),
  compliance: quantity('A', 'Compliance current of the highest level', above0),
  setVoltage: quantity('V', 'Voltage over memristor and transistor during SET', above0),
  formVoltage: quantity('V', 'Voltage over memristor and transistor during forming', above0),
});
