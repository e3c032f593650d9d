/**
 * The spectrum of traps as a write leaves them, in closed form: a law -> power of the conductance by frequency, seen at steps in time. One
 * trap is a Lorentzian (Machlup 1954); seen at steps dt, with all that folds onto it, with d = exp(-dt / tau)
 *
 *   S(f) = 2 dt a^2 p (1 - p) (1 - d^2) / (1 - 2 d cos(2 pi f dt) + d^2)
 */
import type { Traps } from './model.ts';

/** Points of the midpoint rule over either stay. */
const points = 60;

/** @param dt seconds from one reading to the next @returns one-sided, of one cell on average (S^2/Hz) */
export function writtenSpectrum(law: Traps, dt: number, frequency: number): number {
  const ratio = law.dwellLongest / law.dwellShortest;
  const stays = Array.from({ length: points }, (_, i) => law.dwellShortest * ratio ** ((i + 0.5) / points));
  const cosine = Math.cos(2 * Math.PI * frequency * dt);
  let sum = 0;
  for (const high of stays)
    for (const low of stays) {
      const d = Math.exp(-dt * (1 / high + 1 / low));
      const variance = (high * low) / (high + low) ** 2;
      sum += (variance * (1 - d ** 2)) / (1 - 2 * d * cosine + d ** 2);
    }
  // The mean square of an exponential amplitude is twice the square of its mean.
  return (2 * dt * 2 * law.perCell * law.amplitude ** 2 * sum) / points ** 2;
}
