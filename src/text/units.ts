/** Physical quantities as text: `50 uS` is 50e-6 in SI units. Everything inside the program is plain SI. */
export type Unit = 'S' | 'V' | 's' | 'J' | 'A' | 'F' | 'ohm' | 'm' | 'C' | 'C/m2' | 'V/m' | '';

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

const quantity = /^\s*([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?\s*(.*?)\s*$/;

/**
 * Reads a quantity in SI units.
 * @returns the value, or `undefined` where the text is not a finite number followed by a prefixed `unit`
 */
export function parseQuantity(text: string | number, unit: Unit): number | undefined {
  if (typeof text === 'number') return unit === '' && Number.isFinite(text) ? text : undefined;
  const match = quantity.exec(text);
  if (!match) return undefined;
  const [, digits, exponent = '0', suffix] = match;
  if (!suffix!.endsWith(unit)) return undefined;
  const prefix = prefixes[suffix!.slice(0, suffix!.length - unit.length)];
  if (prefix === undefined || (unit === '' && suffix !== '')) return undefined;
  // Moving the decimal exponent gives the double nearest to what was written; multiplying by 1e-6 does not.
  const value = Number(`${digits}e${Number(exponent) + prefix}`);
  return Number.isFinite(value) ? value : undefined;
}

/** Prints an SI value with the prefix that leaves one to three digits before the point: 5e-5 S is `50 uS`. */
export function formatQuantity(value: number, unit: Unit, digits = 3): string {
  if (value === 0 || !Number.isFinite(value) || unit === '')
    return `${Number(value.toPrecision(digits))}${unit && ` ${unit}`}`;
  const size = Math.abs(value);
  const [prefix, power] = Object.entries(prefixes)
    .sort((a, b) => b[1] - a[1])
    .find(([, p]) => size >= 10 ** p * (1 - 1e-9)) ?? ['f', -15];
  return `${Number((value / 10 ** power).toPrecision(digits))} ${prefix}${unit}`;
}
