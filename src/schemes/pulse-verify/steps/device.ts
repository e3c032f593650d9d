/**
 * Draws what distinguishes one device of a pulse model from the next: its bounds, its mean steps up and down, its slopes.
 * As aihwkit populates a tile, with its consistency enforced: bounds keep their signs and steps theirs.
 *
 *   upper = |boundMax (1 + boundMaxSpread xi)|           lower = -|boundMin (1 + boundMinSpread xi)|
 *   gain  = 1 + stepSpread xi, or exp(stepSpread xi)     r = upDownSpread xi
 *   up    = |gain + r + min(upDown, 0)| stepSize         down = |gain - r - max(upDown, 0)| stepSize
 *
 * Each effect has its own stream, and a device's draws depend on its number alone.
 */
import { openStream, type Stream } from '../../../math/random.ts';
import type { PulseLaw } from './law.ts';

/** One device, in units of w. Overwritten by every call. */
export interface PulseDevice {
  upper: number;
  lower: number;
  /** Mean steps at w = 0. */
  up: number;
  down: number;
  /** linear-step: share of a step lost per w. */
  slopeUp: number;
  slopeDown: number;
  /** Where a pulse down takes a one-sided device. */
  reset: number;
}

export interface DeviceDraws {
  readonly bounds: Stream;
  readonly step: Stream;
  readonly asymmetry: Stream;
  readonly slope: Stream;
  readonly reset: Stream;
}

export function openDeviceDraws(seed: number, array: number): DeviceDraws {
  return {
    bounds: openStream(seed, 'pulse-bounds', array),
    step: openStream(seed, 'pulse-step', array),
    asymmetry: openStream(seed, 'pulse-asymmetry', array),
    slope: openStream(seed, 'pulse-slope', array),
    reset: openStream(seed, 'pulse-reset', array),
  };
}

export function newDevice(): PulseDevice {
  return { upper: 0, lower: 0, up: 0, down: 0, slopeUp: 0, slopeDown: 0, reset: 0 };
}

/** Draws device number `cell` of an array into `device`. */
export function drawDevice(law: PulseLaw, draws: DeviceDraws, cell: number, device: PulseDevice): void {
  const { bounds, step, asymmetry } = draws;
  bounds.seek(cell);
  device.upper = Math.abs(law.boundMax * (1 + law.boundMaxSpread * bounds.normal()));
  device.lower = -Math.abs(law.boundMin * (1 + law.boundMinSpread * bounds.normal()));
  step.seek(cell);
  const deviation = law.stepSpread * step.normal();
  const gain = law.stepLaw === 'normal' ? 1 + deviation : Math.exp(deviation);
  asymmetry.seek(cell);
  const r = law.upDownSpread * asymmetry.normal();
  device.up = Math.abs(gain + r + Math.min(law.upDown, 0)) * law.stepSize;
  device.down = Math.abs(gain - r - Math.max(law.upDown, 0)) * law.stepSize;
  if (law.model === 'linear-step') {
    draws.slope.seek(cell);
    const mean = law.slopeBound === 'mean';
    const lostUp = Math.abs(law.gammaUp + law.gammaUpSpread * draws.slope.normal());
    const lostDown = Math.abs(law.gammaDown + law.gammaDownSpread * draws.slope.normal());
    device.slopeUp = perBound(lostUp, mean ? law.boundMax : device.upper);
    device.slopeDown = perBound(lostDown, mean ? law.boundMin : device.lower);
  }
  if (law.model === 'exponential-step' && law.oneSided) {
    draws.reset.seek(cell);
    device.reset = law.oneSided.state + law.oneSided.spread * draws.reset.normal();
  }
}

/** A device without room on one side has no slope there. */
function perBound(lost: number, bound: number): number {
  return bound === 0 ? 0 : lost / bound;
}
