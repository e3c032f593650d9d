/** Times after programming as text: `1s`, `30min`, `1h`, `1d`, `10y`. Everything inside the program is in seconds. */

/** Seconds per unit; a year has 365.25 days. */
const units: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  y: 31_557_600,
};

/** @returns seconds; undefined where the text is not a number followed by a unit (0 needs none) */
export function parseTime(text: string): number | undefined {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(s|min|m|h|d|y|)\s*$/i.exec(text);
  if (!match) return undefined;
  const [, digits, unit = ''] = match;
  const value = Number(digits);
  if (unit === '') return value === 0 ? 0 : undefined;
  return value * units[unit.toLowerCase()]!;
}

/** The time in the largest unit of which there is at least one: 3600 is `1 h`. */
export function formatTime(seconds: number): string {
  const [unit, size] = (['y', 'd', 'h', 'min', 's'] as const)
    .map((name) => [name, units[name]!] as const)
    .find(([, of]) => Math.abs(seconds) >= of * (1 - 1e-9)) ?? ['s', 1];
  return `${Number((seconds / size).toPrecision(3))} ${unit}`;
}
