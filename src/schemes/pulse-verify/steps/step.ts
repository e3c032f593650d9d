/** One pulse of any pulse model: turns a device's state w into the next, held within the device's bounds. */
import type { Window } from '../../../target/cell.ts';
import type { StepLaw } from '../pulse.ts';
import { cmoStep } from './cmo-step.ts';
import { constantStep } from './constant-step.ts';
import type { PulseDevice } from './device.ts';
import { exponentialStep } from './exponential-step.ts';
import type { PulseLaw } from './law.ts';
import { linearStep } from './linear-step.ts';
import { softBoundsStep } from './soft-bounds.ts';

/** Conductance of a state (S); a device whose bound lies below that of the others may reach less than gMin, never less than 0. */
export function conductanceOf(law: StepLaw, { gMin, gMax }: Window, w: number): number {
  return Math.max(0, gMin + ((w - law.boundMin) / (law.boundMax - law.boundMin)) * (gMax - gMin));
}

/** State of a conductance (S). */
export function stateOf(law: StepLaw, { gMin, gMax }: Window, g: number): number {
  return law.boundMin + ((g - gMin) / (gMax - gMin)) * (law.boundMax - law.boundMin);
}

/**
 * Applies one pulse.
 * @param gain factor on the step: below 1 for a slow cell, above for a raised amplitude, 0 where no pulse moves the cell
 * @param xi standard normal: this pulse's cycle-to-cycle draw
 * @returns the state after it
 */
export function pulsed(
  law: PulseLaw,
  window: Window,
  device: PulseDevice,
  w: number,
  up: boolean,
  gain: number,
  xi: number,
): number {
  const next = w + gain * stepOf(law, window, device, w, up, xi);
  return Math.min(device.upper, Math.max(device.lower, next));
}

function stepOf(
  law: PulseLaw,
  window: Window,
  device: PulseDevice,
  w: number,
  up: boolean,
  xi: number,
): number {
  switch (law.model) {
    case 'constant-step':
      return constantStep(law, device, up, xi);
    case 'linear-step':
      return linearStep(law, device, w, up, xi);
    case 'soft-bounds':
      return softBoundsStep(law, device, w, up, xi);
    case 'exponential-step':
      return exponentialStep(law, device, w, up, xi);
    case 'cmo-hfox': {
      const g = conductanceOf(law, window, w);
      const gain = (up ? device.up : device.down) * (1 + law.cycleToCycle * xi);
      return (gain * cmoStep(g, up) * 2) / (window.gMax - window.gMin);
    }
  }
}
