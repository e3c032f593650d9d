/**
 * One pulse of a device whose step does not depend on its state (Gokmen and Vlasov, Front. Neurosci. 2016):
 *
 *   dw = +-step (1 + cycleToCycle xi)
 */

import type { Modelled } from '../pulse.ts';
import type { PulseDevice } from './device.ts';

/** @returns change of w by a pulse up or down; `xi` is standard normal */
export function constantStep(
  law: Modelled<'constant-step'>,
  device: PulseDevice,
  up: boolean,
  xi: number,
): number {
  const spread = 1 + law.cycleToCycle * xi;
  return up ? device.up * spread : -device.down * spread;
}
