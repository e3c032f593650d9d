/**
 * Power spectra of records that were sampled evenly: periodograms under a Hann window, without the mean, one-sided, so that the
 * integral over frequencies is the variance (Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967)).
 */
import { meanOf } from './statistics.ts';

/** Frequencies in 1 / unit of the interval, and densities in squares of the values times that unit. */
export interface Spectrum {
  readonly frequencies: readonly number[];
  readonly densities: readonly number[];
}

/** The lowest frequencies of a record still feel its mean through the window. */
const firstBin = 3;

/**
 * The mean periodogram of records, from their third frequency to below half of the rate of their samples.
 * @param interval between samples
 */
export function spectrumOf(records: readonly Float64Array[], interval: number): Spectrum {
  const length = records[0]!.length;
  const window = Float64Array.from(
    { length },
    (_, i) => 0.5 * (1 - Math.cos((2 * Math.PI * (i + 0.5)) / length)),
  );
  const power = window.reduce((sum, w) => sum + w * w, 0);
  const bins = Array.from({ length: Math.ceil(length / 2) - firstBin }, (_, i) => i + firstBin);
  const cosines = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
  const sums = new Float64Array(bins.length);
  for (const record of records) {
    const mean = meanOf(record);
    const values = record.map((value, i) => window[i]! * (value - mean));
    for (const [at, bin] of bins.entries()) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < length; i++) {
        const turn = (i * bin) % length;
        real += values[i]! * cosines[turn]!;
        // A sine is the cosine a quarter of a turn before.
        imaginary += values[i]! * cosines[(turn + length - length / 4) % length]!;
      }
      sums[at]! += real * real + imaginary * imaginary;
    }
  }
  return {
    frequencies: bins.map((bin) => bin / (length * interval)),
    densities: bins.map((_, at) => (2 * interval * sums[at]!) / (power * records.length)),
  };
}

/** The same with `perDecade` frequencies, each the mean of those around it; densities of laws are taken together likewise. */
export function inLogBins<K extends string>(
  frequencies: readonly number[],
  values: Readonly<Record<K, readonly number[]>>,
  perDecade: number,
): { readonly frequencies: number[]; readonly values: Record<K, number[]> } {
  const members = new Map<number, number[]>();
  for (const [i, f] of frequencies.entries()) {
    const bin = Math.round(perDecade * Math.log10(f));
    members.set(bin, [...(members.get(bin) ?? []), i]);
  }
  const groups = [...members.values()];
  const means = (of: readonly number[]) => groups.map((own) => meanOf(own.map((i) => of[i]!)));
  const entries = (Object.entries(values) as [K, readonly number[]][]).map(([key, of]) => [key, means(of)]);
  return { frequencies: means(frequencies), values: Object.fromEntries(entries) as Record<K, number[]> };
}

/** A one-sided density as samples see it: what is faster than half of their rate is folded back. */
export function folded(density: (frequency: number) => number, interval: number, images: number) {
  return (frequency: number): number => {
    let sum = density(frequency);
    for (let k = 1; k <= images; k++)
      sum += density(k / interval - frequency) + density(k / interval + frequency);
    return sum;
  };
}
