/** Numbers as the reports print them: grouped counts, percentages, sizes of files; and names that have to be shorter. */
import type { Snr } from '../verify/report.ts';

/** `3233424` is `3,233,424`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A count with its noun: `1 array`, `36 arrays`. */
export function counted(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A share of 1 in percent: 0.3345 is `33.5 %`. Shares too small for one digit keep two significant ones. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  return `${percent !== 0 && percent < 0.05 ? Number(percent.toPrecision(2)) : percent.toFixed(1)} %`;
}

/** A ratio of signal to noise, where it is a number: `23.5 dB`. */
export function formatSnr(snr: Snr): string {
  return typeof snr === 'number' ? `${snr.toFixed(1)} dB` : snr;
}

/** An area in m2, as chips are measured: `0.372 mm2`, and small ones in um2. */
export function formatArea(area: number): string {
  const [size, unit] = area >= 1e-9 ? [area * 1e6, 'mm2'] : [area * 1e12, 'um2'];
  return `${Number(size.toPrecision(3))} ${unit}`;
}

/** Bytes with a decimal prefix: `12.5 MB`. */
export function formatBytes(bytes: number): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${steps[step]}`;
}

/** Leaves out the middle of a text that is longer than `width`: both ends of a node's name tell nodes apart. */
export function shortenMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
