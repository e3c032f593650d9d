/**
 * 1/f noise accumulated since programming (Nandakumar et al. 2019): its variance grows with ln((t + tr) / (2 tr)), which is a
 * 1/f spectrum between the frequencies 1 / (t + tr) and 1 / (2 tr), tr the time of a reading.
 */
import { type Band, covarianceOf } from '../math/one-over-f.ts';
import type { Clock } from './condition.ts';

/** The scales of what has accumulated at a time after programming (s). */
export function bandAt({ readTime, t0 }: Clock, at: number): Band {
  return { from: readTime, to: (at + t0 + readTime) / 2 };
}

/**
 * Covariances of a cell at some times, as multiples of the law's density: what has accumulated at both, of the scales that
 * are longer than `shortest` (s).
 */
export function covariances(clock: Clock, times: readonly number[], shortest: number): number[][] {
  return times.map((a) =>
    times.map((b) => {
      const { from, to } = bandAt(clock, Math.min(a, b));
      return covarianceOf({ from: Math.max(from, shortest), to }, Math.abs(a - b));
    }),
  );
}
