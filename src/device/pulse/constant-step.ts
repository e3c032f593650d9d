/**
 * One pulse of a device whose step does not depend on its state (Gokmen and Vlasov, Front. Neurosci. 2016):
 *
 *   dw = +-step (1 + cycleToCycle xi)
 */
import type { PulseDevice } from './device.ts';
import type { ConstantStepLaw } from './law.ts';

/** @returns change of w by a pulse up or down; `xi` is standard normal */
export function constantStep(law: ConstantStepLaw, device: PulseDevice, up: boolean, xi: number): number {
  const spread = 1 + law.cycleToCycle * xi;
  return up ? device.up * spread : -device.down * spread;
}
