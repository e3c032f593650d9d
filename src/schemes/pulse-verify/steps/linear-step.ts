/**
 * One pulse of a device whose step falls linearly towards its bound (aihwkit LinearStepDevice):
 *
 *   dw = +-step (1 - slope w) (1 + cycleToCycle xi)      multiplicative noise
 *   dw = +-step (1 - slope w + cycleToCycle xi)          additive noise
 *
 * with slope = gamma / bound: gamma is the share of the step that is lost at the bound.
 */

import type { Modelled } from '../pulse.ts';
import type { PulseDevice } from './device.ts';

/** @returns change of w by a pulse up or down from w; `xi` is standard normal */
export function linearStep(
  law: Modelled<'linear-step'>,
  device: PulseDevice,
  w: number,
  up: boolean,
  xi: number,
): number {
  const left = 1 - (up ? device.slopeUp : device.slopeDown) * w;
  const noise = law.cycleToCycle * xi;
  const share = law.noise === 'multiplicative' ? left * (1 + noise) : left + noise;
  return up ? device.up * share : -device.down * share;
}
