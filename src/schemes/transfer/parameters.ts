/** Parameters of a transfer: hidden weights in FeCAPs set the compliance of a single SET through the transfer line. */
import { z } from 'zod';
import { above0, quantity, type Read, relative } from '../../target/leaf.ts';
import { forming, resetSpread } from '../read-back.ts';

const access = z.strictObject({
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

export const parameters = {
  cycleToCycle: relative("Relative spread of a level's conductance from SET to SET"),
  resetSpread,
  setTime: quantity('s', 'Time of one SET'),
  setEnergy: quantity('J', 'Energy of one SET'),
  resetTime: quantity('s', 'Time of one RESET'),
  resetEnergy: quantity('J', 'Energy of one RESET'),
  ...forming,
  access: access.optional(),
};

export type TransferProgramming = Read<z.ZodObject<typeof parameters>>;
/** The access transistor of a memristor, whose gate is the transfer line, and the voltages of the memristor. */
export type AccessTransistor = Read<typeof access>;
