/**
 * Variance of one reading of a cell. The laws that depend on time are 1/f noise accumulated from the time of one reading
 * to the time since programming, whose variance grows with ln((t + tr) / (2 tr)) (Nandakumar et al. 2019).
 */
import { polynomial } from '../polynomial.ts';
import type { LogNoise, PowerNoise, Reading, ReadNoise } from '../target/reading.ts';

/** Standard deviation in siemens. @param g conductance at that time (S) */
export function whiteSigma({ sigma }: ReadNoise, g: number): number {
  return Math.max(0, polynomial(sigma, g));
}

/** @param at seconds after programming */
export function logSigma({ amplitude, gReference, readTime }: LogNoise, g: number, at: number): number {
  return amplitude * Math.max(0, Math.log10(g / gReference)) * accumulated(at, readTime);
}

/** @param programmed conductance right after programming (S), to which the amplitude refers */
export function powerSigma(law: PowerNoise, programmed: number, g: number, at: number): number {
  const { amplitude, exponent, limit, gReference, t0, readTime } = law;
  const share = Math.min(limit, amplitude * (programmed / gReference) ** -exponent);
  return g * share * accumulated(at + t0, readTime);
}

function accumulated(time: number, readTime: number): number {
  return Math.sqrt(Math.max(0, Math.log((time + readTime) / (2 * readTime))));
}

type NoiseLaws = Pick<Reading, 'readNoise' | 'logNoise' | 'powerNoise'>;

export function hasReadNoise({ readNoise, logNoise, powerNoise }: NoiseLaws): boolean {
  return Boolean(readNoise ?? logNoise ?? powerNoise);
}

/** Variance of a reading by all laws together (S^2); 0 for a cell that does not conduct. */
export function readVariance(
  { readNoise, logNoise, powerNoise }: NoiseLaws,
  programmed: number,
  g: number,
  at: number,
): number {
  if (g <= 0) return 0;
  return (
    (readNoise ? whiteSigma(readNoise, g) ** 2 : 0) +
    (logNoise ? logSigma(logNoise, g, at) ** 2 : 0) +
    (powerNoise ? powerSigma(powerNoise, programmed, g, at) ** 2 : 0)
  );
}
