/**
 * One pulse of a device whose step depends exponentially on its state (aihwkit ExpStepDevice; Chen et al., VLSI 2015):
 *
 *   z  = 2 scale w / (upper - lower) + offset
 *   dw = +-step max(0, 1 - a exp(+-gamma z)) + cycleToCycle (|dw| + noiseFloor + noiseSlope |w|) xi
 *
 * One-sided devices (phase change) step up only: a pulse down takes them to their reset state.
 */
import type { PulseDevice } from './device.ts';
import type { ExponentialStepLaw } from './law.ts';

/** @returns change of w by a pulse up or down from w; `xi` is standard normal */
export function exponentialStep(
  law: ExponentialStepLaw,
  device: PulseDevice,
  w: number,
  up: boolean,
  xi: number,
): number {
  const distance = device.upper - device.lower;
  if (distance <= 0) return 0;
  if (law.oneSided && !up) return device.reset - w;
  const z = (2 * law.scale * w) / distance + law.offset;
  const step = up
    ? device.up * Math.max(0, 1 - law.aUp * Math.exp(law.gammaUp * z))
    : -device.down * Math.max(0, 1 - law.aDown * Math.exp(-law.gammaDown * z));
  const noise = law.cycleToCycle * (Math.abs(step) + law.noiseFloor + law.noiseSlope * Math.abs(w));
  return step + noise * xi;
}
