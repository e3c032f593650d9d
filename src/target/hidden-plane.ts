/**
 * The hidden plane of a target: FeCAPs on transfer lines, which drive the gates of a row's access transistors, the film of
 * their capacitors and how it ages; and the integers that they store. Of these a transfer reads the stored sign and the most
 * significant magnitude bits: of the ten bits of Leti's chip the upper three, digit = sign(h) * (|h| >> 6).
 */
import { z } from 'zod';
import { above0, integer, leaf, quantity, type Read, relative, share, spread } from './leaf.ts';

const count = (description: string) => leaf(z.number().min(0), '', description);

const film = z.strictObject({
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

const ageing = z.strictObject({
  pristine: share('Share of the charge that a FeCAP switches before its first cycle'),
  wokenCycles: count('Cycles after which it switches all of it'),
  fatigueCycles: leaf(above0, '', 'Cycles beyond these after which half of it is left'),
  endurance: leaf(above0, '', 'Cycles that a FeCAP endures'),
  spent: count('Cycles that every FeCAP has seen before'),
  retentionLoss: relative('Share of the charge that is lost per decade of time beyond retentionTime'),
  retentionTime: quantity('s', 'Time from which that loss counts', above0),
  held: quantity('s', 'Time from writing a FeCAP to the transfer that reads it'),
});

export const hidden = z.strictObject({
  fecapsPerLine: integer(1, 65535, 'FeCAPs on one transfer line'),
  bits: integer(2, 16, 'Bits of a hidden integer, sign included (sign and magnitude)'),
  transferBits: integer(1, 15, 'Most significant magnitude bits that a transfer reads'),
  wakeUpCycles: integer(1, 65535, 'Bipolar cycles before first use'),
  wakeUpCycleTime: quantity('s', 'Time of one wake-up cycle'),
  writeEnergy: quantity('J', 'Energy of writing one FeCAP'),
  writeTime: quantity('s', 'Time of writing one FeCAP'),
  readTime: quantity('s', 'Time of reading FeCAPs onto the transfer line'),
  chargeSpread: relative("Relative spread of a FeCAP's charge around its capacitor's size"),
  lineNoise: spread('Noise on the transfer line, in steps of the least significant transferred bit'),
  thresholdSpread: spread(
    "Spread of the access transistor's threshold, in steps of the least significant transferred bit",
  ),
  window: quantity('V', 'Median difference of the line voltage between a stored 1 and 0', above0),
  windowSpread: quantity('V', 'Spread of that window from cell to cell'),
  senseOffset: quantity('V', 'Offset spread of the sense amplifiers'),
  film: film.optional(),
  ageing: ageing.optional(),
});

export type HiddenPlane = Read<typeof hidden>;
/** The film of the FeCAPs, the capacitor of the least significant transferred bit, and the pulse that writes it. */
export type FerroelectricFilm = Read<typeof film>;
/** How the switchable charge changes with cycles and time, and how many cycles FeCAPs endure. */
export type FecapAgeing = Read<typeof ageing>;

type Bits = Pick<HiddenPlane, 'bits' | 'transferBits'>;

/** Steps of a hidden integer from one level to the next: a transfer leaves the other magnitude bits in the FeCAPs. */
export function stepsPerLevel({ bits, transferBits }: Bits): number {
  return 2 ** (bits - 1 - transferBits);
}

/** The hidden integer at the centre of the bin whose most significant bits are `digit`, a signed level code. */
export function hiddenInteger(digit: number, hidden: Bits): number {
  if (digit === 0) return 0;
  const bin = stepsPerLevel(hidden);
  return Math.sign(digit) * (Math.abs(digit) * bin + bin / 2);
}

/** The magnitude bits that a transfer reads from a hidden integer. */
export function transferredMagnitude(value: number, bits: number, transferBits: number): number {
  return Math.abs(value) >> (bits - 1 - transferBits);
}

/** The signed level code that a transfer takes from a hidden integer. */
export function transferredDigit(value: number, { bits, transferBits }: Bits): number {
  const magnitude = transferredMagnitude(value, bits, transferBits);
  return value < 0 ? 0 - magnitude : magnitude;
}
