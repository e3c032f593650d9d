/**
 * One pulse of a device that approaches its own bounds ever more slowly: Choi et al., Advanced Science 2025, e04578,
 * eq. 5, and aihwkit SoftBoundsDevice:
 *
 *   dw+ =  step+ ((wMax - w) / wMax + cycleToCycle xi)
 *   dw- = -step- ((wMin - w) / wMin + cycleToCycle xi)
 *
 * or, with multiplicative noise, (wMax - w) / wMax (1 + cycleToCycle xi). Steps up and down are equal at the symmetry
 * point w* = (step+ - step-) / (step+ / wMax - step- / wMin).
 */

import type { Modelled } from '../pulse.ts';
import type { PulseDevice } from './device.ts';

/** @returns change of w by a pulse up or down from w; `xi` is standard normal */
export function softBoundsStep(
  law: Modelled<'soft-bounds'>,
  device: PulseDevice,
  w: number,
  up: boolean,
  xi: number,
): number {
  const bound = up ? device.upper : device.lower;
  const left = bound === 0 ? 1 : 1 - w / bound;
  const noise = law.cycleToCycle * xi;
  const share = law.noise === 'multiplicative' ? left * (1 + noise) : left + noise;
  return up ? device.up * share : -device.down * share;
}

/** The state at which steps up and down are equal. */
export function symmetryPoint({ up, down, upper, lower }: PulseDevice): number {
  return (up - down) / (up / upper - down / lower);
}
