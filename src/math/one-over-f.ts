/**
 * 1/f noise by its time scales: a density K of variance per factor e of time, so that what lies between two scales has the
 * variance K ln(longest / shortest). A reading that takes T sees what is slower than T as constant: the scale T is the frequency
 * 1 / (2 T), and the correlation time T / pi of a Lorentzian with that corner (McWhorter 1957).
 */

/** Scales that a noise has, in seconds; none where `to` is not above `from`. */
export interface Band {
  readonly from: number;
  readonly to: number;
}

/** Factors e of time that a noise has between two scales: its variance there, as a multiple of K. */
export function scalesBetween({ from, to }: Band, shortest: number, longest: number): number {
  return Math.max(0, Math.log(Math.min(to, longest) / Math.max(from, shortest)));
}

/** Covariance of two readings that lie `apart` (s) from each other, as a multiple of K. */
export function covarianceOf({ from, to }: Band, apart: number): number {
  if (!(to > from)) return 0;
  if (apart === 0) return Math.log(to / from);
  return exponentialIntegral((Math.PI * apart) / to) - exponentialIntegral((Math.PI * apart) / from);
}

/** E1(x), the integral of exp(-t) / t from x on, for x > 0: series and continued fraction (Abramowitz and Stegun 5.1). */
export function exponentialIntegral(x: number): number {
  if (x > 700) return 0;
  if (x < 1) {
    let [term, sum] = [1, 0];
    for (let n = 1; n < 20; n++) {
      term *= -x / n;
      sum += term / n;
    }
    return -eulerGamma - Math.log(x) - sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / (1 + n / (x + fraction));
  return Math.exp(-x) / (x + fraction);
}

const eulerGamma = 0.5772156649015329;

/**
 * The factor of Cholesky of a covariance: what independent normals are multiplied by, row by row, so that their sums are values
 * with it. What comes before in a list has the same row in the factor of a longer one.
 */
export function choleskyOf(covariance: readonly (readonly number[])[]): Float64Array[] {
  const factor: Float64Array[] = [];
  for (const [i, row] of covariance.entries()) {
    const own = new Float64Array(covariance.length);
    for (let j = 0; j <= i; j++) {
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= own[k]! * (j < i ? factor[j]![k]! : own[k]!);
      if (j === i) own[j] = Math.sqrt(Math.max(0, rest));
      // What has no spread left of its own, such as one time asked for twice, adds nothing.
      else own[j] = factor[j]![j]! > 1e-7 ? rest / factor[j]![j]! : 0;
    }
    factor.push(own);
  }
  return factor;
}

/** What the last of such values is: the values before are the sums that the same normals give for their own lists. */
export const lastOfCholesky = (covariance: readonly (readonly number[])[]): Float64Array =>
  choleskyOf(covariance).at(-1) ?? new Float64Array();

/** One-sided spectral density at a frequency (Hz), as a multiple of K (s): 1 / f well between the scales. */
export function densityOf({ from, to }: Band, frequency: number): number {
  const until = (scale: number) => Math.atan(2 * frequency * scale);
  return to > from ? (2 / (Math.PI * frequency)) * (until(to) - until(from)) : 0;
}
