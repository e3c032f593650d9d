/** Physical quantities as text: `50 uS` is 50e-6 in SI units. Everything inside the program is plain SI. */
import { editDistance } from './near-names.ts';

export type Unit = 'S' | 'V' | 's' | 'J' | 'A' | 'F' | 'ohm' | 'm' | 'm2' | 'C' | 'C/m2' | 'V/m' | '';

/** Decimal exponent of every prefix. */
const prefixes: Readonly<Record<string, number>> = {
  f: -15,
  p: -12,
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
};

/** Other spellings of a prefix: both signs that are read as micro. */
const prefixSigns: Readonly<Record<string, string>> = { '\u00b5': 'u', '\u03bc': 'u' };
/** Prefixes of units that are written out, and of their short forms too: `25 microsiemens`. */
const prefixWords: Readonly<Record<string, string>> = {
  femto: 'f',
  pico: 'p',
  nano: 'n',
  micro: 'u',
  milli: 'm',
  kilo: 'k',
  mega: 'M',
  giga: 'G',
};

/** Other spellings of a unit, and the decimal exponent of those that are another unit of the same quantity. */
const spellings: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  S: { siemens: 0, Siemens: 0 },
  V: { volt: 0, volts: 0, Volt: 0, Volts: 0 },
  s: { sec: 0, secs: 0, second: 0, seconds: 0 },
  J: { joule: 0, joules: 0, Joule: 0, Joules: 0 },
  A: { amp: 0, amps: 0, ampere: 0, amperes: 0, Ampere: 0, Amperes: 0 },
  F: { farad: 0, farads: 0, Farad: 0, Farads: 0 },
  ohm: { ohms: 0, Ohm: 0, Ohms: 0, '\u03a9': 0, '\u2126': 0 },
  m: { meter: 0, meters: 0, metre: 0, metres: 0 },
  m2: { 'm^2': 0, 'm\u00b2': 0 },
  C: { coulomb: 0, coulombs: 0, Coulomb: 0, Coulombs: 0 },
  'C/m2': { 'C/m^2': 0, 'C/m\u00b2': 0, 'C/cm2': 4, 'C/cm^2': 4, 'C/cm\u00b2': 4 },
  'V/m': { 'V/cm': 2 },
  '': {},
};

/** How often a prefix counts: mm2 are (mm)^2. */
const dimensionOf = (unit: Unit) => (unit === 'm2' ? 2 : 1);

/** Decimal exponent of everything that may stand behind the number. */
type Suffixes = ReadonlyMap<string, number>;

function suffixesOf(unit: Unit): Suffixes {
  const named = [...Object.entries({ [unit]: 0, ...spellings[unit] })];
  const short = [...Object.keys(prefixes), ...Object.keys(prefixSigns)];
  return new Map(
    named.flatMap(([name, exponent]) => {
      const before = isWord(name) ? [...short, ...Object.keys(prefixWords)] : short;
      return before.map((prefix) => {
        const symbol = prefixSigns[prefix] ?? prefixWords[prefix] ?? prefix;
        return [`${prefix}${name}`, dimensionOf(unit) * prefixes[symbol]! + exponent] as const;
      });
    }),
  );
}

const isWord = (name: string) => /^[a-zA-Z]{3,}$/.test(name);

const suffixes: Readonly<Record<string, Suffixes>> = Object.fromEntries(
  (Object.keys(spellings) as Unit[])
    .filter((unit) => unit !== '')
    .map((unit) => [unit, suffixesOf(unit)] as const),
);

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const numbered = /^\s*([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?\s*(.*?)\s*$/;

/** Pattern of the texts that parseQuantity reads, too large numbers aside. */
export function quantityPattern(unit: Exclude<Unit, ''>): string {
  const ends = [...suffixes[unit]!.keys()].map((suffix) => suffix.replace('^', '\\^'));
  return String.raw`^\s*${number}\s*(?:${ends.join('|')})\s*$`;
}

/**
 * Reads a quantity in SI units.
 * @returns the value, or `undefined` where the text is not a finite number followed by a prefixed `unit`
 */
export function parseQuantity(text: string, unit: Exclude<Unit, ''>): number | undefined {
  const [, digits, exponent = '0', suffix] = numbered.exec(text) ?? [];
  const power = suffixes[unit]!.get(suffix ?? '');
  if (power === undefined) return undefined;
  // Moving the decimal exponent gives the double nearest to what was written; multiplying by 1e-6 does not.
  const value = Number(`${digits}e${Number(exponent) + power}`);
  return Number.isFinite(value) ? value : undefined;
}

/** Pattern of percentages. */
export const percentPattern = String.raw`^\s*${number}\s*(?:%|percent)\s*$`;

/** Reads a percentage as a share: `3%` and `3 %` are 0.03; undefined for any other text. */
export function parsePercent(text: string): number | undefined {
  if (!new RegExp(percentPattern).test(text)) return undefined;
  const [, digits, exponent = '0'] = numbered.exec(text)!;
  return Number(`${digits}e${Number(exponent) - 2}`);
}

/** As in 2,5; 1,000 could be a thousand. */
const decimalComma = /(\d),(\d{1,2}|\d{4,})(?!\d)/;

/**
 * How a quantity that parseQuantity does not read is written.
 * @returns spellings that it reads, without those that it could as well be; empty where it is none in this unit
 */
export function respelt(text: string, unit: Exclude<Unit, ''>): readonly string[] {
  const [, digits, exponent, suffix = ''] = numbered.exec(text.replace(decimalComma, '$1.$2')) ?? [];
  if (digits === undefined || suffix === '') return [];
  const written = exponent === undefined ? digits : `${digits}e${exponent}`;
  const near = [...suffixes[unit]!].map(([known, power]) => {
    const sameLetters = known.toLowerCase() === suffix.toLowerCase();
    const misspelt = isWord(known) && known.length > 4 && editDistance(known, suffix) === 1;
    return sameLetters || misspelt ? power : undefined;
  });
  const powers = new Set(near.filter((power) => power !== undefined));
  if (powers.size > 2) return [];
  return Object.entries(prefixes)
    .filter(([, power]) => powers.has(dimensionOf(unit) * power))
    .map(([prefix]) => `${written} ${prefix}${unit}`);
}

/** Prints an SI value with the prefix that leaves one to three digits before the point: 5e-5 S is `50 uS`. */
export function formatQuantity(value: number, unit: Unit, digits = 3): string {
  if (value === 0 || !Number.isFinite(value) || unit === '')
    return `${Number(value.toPrecision(digits))}${unit && ` ${unit}`}`;
  const size = Math.abs(value);
  const [prefix, power] = Object.entries(prefixes)
    .map(([symbol, exponent]) => [symbol, dimensionOf(unit) * exponent] as const)
    .sort((a, b) => b[1] - a[1])
    .find(([, p]) => size >= 10 ** p * (1 - 1e-9)) ?? ['f', -15 * dimensionOf(unit)];
  return `${Number((value / 10 ** power).toPrecision(digits))} ${prefix}${unit}`;
}
