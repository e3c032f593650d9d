/**
 * The mean device under identical pulses, without noise: where they take it, in closed form. Steps that fall in a straight line
 * with the state, s (1 - k w), make of the distance from 1 / k a geometric series:
 *
 *   w(n) = 1 / k - (1 / k - w) (1 - s k)^n        w(n) = w + n s where k = 0
 */
import type { PulseLaw } from './steps/law.ts';

/** @returns the state after `pulses` of them from w; undefined where a model has no closed form */
export function afterPulses(law: PulseLaw, w: number, up: boolean, pulses: number): number | undefined {
  const slope = slopeOf(law, up);
  if (slope === undefined) return undefined;
  const step = up
    ? (1 + Math.min(law.upDown, 0)) * law.stepSize
    : -(1 - Math.max(law.upDown, 0)) * law.stepSize;
  const state = slope === 0 ? w + pulses * step : 1 / slope - (1 / slope - w) * (1 - step * slope) ** pulses;
  return Math.min(law.boundMax, Math.max(law.boundMin, state));
}

/** Share of a step that is lost per w. */
function slopeOf(law: PulseLaw, up: boolean): number | undefined {
  const bound = up ? law.boundMax : law.boundMin;
  switch (law.model) {
    case 'constant-step':
      return 0;
    case 'linear-step':
      return bound === 0 ? 0 : (up ? law.gammaUp : law.gammaDown) / bound;
    case 'soft-bounds':
      return bound === 0 ? 0 : 1 / bound;
    default:
      return undefined;
  }
}
