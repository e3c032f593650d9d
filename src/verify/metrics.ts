/**
 * Figures of merit of one model against labels and against another model. Logits lie as [sample][class]; what is
 * counted per sample is kept as 0 and 1 bytes, so that figures can be paired by sample.
 */

/**
 * Whether each sample's class is among the k largest logits; of equal logits the first counts as larger.
 * @param logits length targets.length * classes
 * @param targets the right class per sample: label + labelOffset
 * @returns 1 or 0 per sample; a NaN logit is never right
 */
export function topCorrect(
  logits: ArrayLike<number>,
  classes: number,
  targets: ArrayLike<number>,
  k: number,
): Uint8Array {
  return Uint8Array.from({ length: targets.length }, (_, i) => {
    const at = i * classes;
    const target = targets[i]!;
    const value = logits[at + target]!;
    if (Number.isNaN(value)) return 0;
    let above = 0;
    for (let c = 0; c < classes; c++) {
      const other = logits[at + c]!;
      if (other > value || (other === value && c < target)) above++;
    }
    return above < k ? 1 : 0;
  });
}

/** Share of ones in percent, such as an accuracy or an agreement. */
export function percentOf(flags: ArrayLike<number>): number {
  let ones = 0;
  for (let i = 0; i < flags.length; i++) ones += flags[i]!;
  return (100 * ones) / flags.length;
}

/** A mean difference in percentage points, with a 95 % confidence interval. */
export interface PairedDifference {
  readonly points: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

/**
 * Accuracy of a model over trials, minus that of a reference on the same samples. A trial is one programmed chip.
 * @param perTrialCorrect per trial, 1 or 0 per sample
 * @param reference 1 or 0 per sample; at least two samples
 */
export function pairedDifference(
  perTrialCorrect: readonly Uint8Array[],
  reference: Uint8Array,
): PairedDifference {
  const differences = perTrialCorrect.map((correct) =>
    Float64Array.from(correct, (right, i) => right - reference[i]!),
  );
  const { mean, low, high, standardError } = crossedMean(differences);
  return { points: 100 * mean, low: 100 * low, high: 100 * high, standardError: 100 * standardError };
}

/** A mean over trials and samples, with a 95 % confidence interval. */
export interface CrossedMean {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
}

/**
 * The mean of values d[t][i] of sample i in trial t, T trials and n samples:
 * - one trial: the variance of the mean is s^2 / n, with s^2 the sample variance of d;
 * - more trials: d[t][i] = mean + trial[t] + sample[i] + rest[t][i], all random, because both other chips and other
 *   images are meant. The analysis of variance of this crossed layout (Searle, Casella and McCulloch, Variance
 *   Components, Wiley 1992) gives the mean squares MSt, MSs and MSr of trials, samples and rest, and the
 *   variance of the mean as (MSt + MSs - MSr) / (T n); a component that is estimated below zero counts as zero.
 * The interval is Student's t, its degrees of freedom by Satterthwaite (Biometrics Bulletin 2, 1946): few trials that
 * differ widen it. For one trial of many samples it is the usual 1.96 standard errors. Where all values are the same,
 * it has no width, which says that no difference was seen and not that there is none. In simulated experiments with
 * chips that differ much, 120 samples and 2, 5 or 10 trials, it covered the true mean in 85, 93 and 95 % of them.
 *
 * @param values per trial, one per sample; at least two samples
 */
export function crossedMean(values: readonly Float64Array[]): CrossedMean {
  const trials = values.length;
  const samples = values[0]!.length;
  const ofTrial = new Float64Array(trials);
  const ofSample = new Float64Array(samples);
  let squares = 0;
  values.forEach((own, t) => {
    for (let i = 0; i < samples; i++) {
      const d = own[i]!;
      ofTrial[t]! += d / samples;
      ofSample[i]! += d / trials;
      squares += d * d;
    }
  });
  const mean = ofTrial.reduce((sum, d) => sum + d, 0) / trials;
  const betweenTrials = samples * squaresAround(ofTrial, mean);
  const betweenSamples = trials * squaresAround(ofSample, mean);
  const rest = Math.max(0, squares - trials * samples * mean * mean - betweenTrials - betweenSamples);

  const count = trials * samples;
  const msSamples = betweenSamples / (samples - 1);
  const terms: [meanSquare: number, freedom: number][] = [[msSamples, samples - 1]];
  if (trials > 1) {
    const freedom = (trials - 1) * (samples - 1);
    const msRest = rest / freedom;
    const msTrials = betweenTrials / (trials - 1);
    terms.length = 0;
    // MSt + MSs - MSr with each component of at least zero: a mean square below MSr gives way to it.
    if (msTrials > msRest) terms.push([msTrials, trials - 1]);
    if (msSamples > msRest) terms.push([msSamples, samples - 1]);
    if (terms.length !== 1) terms.push([terms.length === 2 ? -msRest : msRest, freedom]);
  }
  const variance = terms.reduce((sum, [ms]) => sum + ms, 0) / count;
  const spread = terms.reduce((sum, [ms, freedom]) => sum + (ms / count) ** 2 / freedom, 0);
  const standardError = Math.sqrt(variance);
  const margin = variance === 0 ? 0 : studentQuantile(variance ** 2 / spread) * standardError;
  return { mean, low: mean - margin, high: mean + margin, standardError };
}

function squaresAround(values: Float64Array, mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/**
 * Two-sided 95 % quantile of Student's t. One and two degrees of freedom exactly, up to three rounded down to them;
 * from there Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5, good to 0.2 %.
 */
export function studentQuantile(freedom: number): number {
  const z = 1.959963984540054;
  if (freedom < 2) return 12.706204736174705;
  if (freedom < 3) return 4.302652729749464;
  return [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ].reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}

/** Running energies of a reference and of the difference to it. */
export interface SignalAndNoise {
  readonly signal: number;
  readonly noise: number;
}

export const silence: SignalAndNoise = { signal: 0, noise: 0 };

/** Adds one batch: sum of reference^2 and of (reference - values)^2. */
export function addSignal(
  sum: SignalAndNoise,
  reference: ArrayLike<number>,
  values: ArrayLike<number>,
): SignalAndNoise {
  let { signal, noise } = sum;
  for (let i = 0; i < reference.length; i++) {
    signal += reference[i]! ** 2;
    noise += (reference[i]! - values[i]!) ** 2;
  }
  return { signal, noise };
}

/** 10 log10(signal / noise) in dB: Infinity without noise, -Infinity where values were not finite. */
export function decibels({ signal, noise }: SignalAndNoise): number {
  if (noise === 0) return Number.POSITIVE_INFINITY;
  return Number.isFinite(noise) ? 10 * Math.log10(signal / noise) : Number.NEGATIVE_INFINITY;
}
