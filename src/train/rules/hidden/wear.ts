/**
 * How much of the cells' endurance a run has used, and whether it can go on. A memristor takes one cycle per transfer, as
 * the chip counts its RESETs and SET; a FeCAP takes one per write that switches it, and those of its wake-up.
 */

import type { LayerSynapses } from '../../../schemes/transfer/layer.ts';
import { fecapWear } from '../../../schemes/transfer/plane.ts';
import { operationsBefore } from '../../../schemes/transfer/transfer-layer.ts';
import { settleWear } from '../../../schemes/transfer/wear.ts';

/** Cycles that a memristor and a FeCAP endure. */
export interface EnduranceLimits {
  readonly memristor: number;
  readonly fecap: number;
}

/** Cycles of the most used memristor and FeCAP of some layers. */
export function mostCycles(synapses: readonly LayerSynapses[]): EnduranceLimits {
  return {
    memristor: synapses.reduce((most, layer) => Math.max(most, memristorCycles(layer)), 0),
    fecap: synapses.reduce((most, layer) => Math.max(most, fecapWear(settleWear(layer))), 0),
  };
}

function memristorCycles({ counts }: LayerSynapses): number {
  return operationsBefore + counts.rounds;
}

/** Cycles that no FeCAP can have used up yet: counted down between looks at all of them. */
export interface FecapReserve {
  cycles: number;
}

/**
 * Whether one more batch could exceed a limit.
 * @param transfers whether it ends with a transfer
 * @param reserve kept from batch to batch; 0 cycles at first
 */
export function wornOut(
  synapses: readonly LayerSynapses[],
  limits: EnduranceLimits,
  transfers: boolean,
  reserve: FecapReserve,
): keyof EnduranceLimits | undefined {
  const most = synapses.reduce((cycles, layer) => Math.max(cycles, memristorCycles(layer)), 0);
  if (transfers && most + 1 > limits.memristor) return 'memristor';
  // A batch switches a FeCAP at most once, and so does a transfer.
  const needed = transfers ? 2 : 1;
  if (reserve.cycles < needed) reserve.cycles = limits.fecap - mostCycles(synapses).fecap;
  if (reserve.cycles < needed) return 'fecap';
  reserve.cycles -= needed;
  return undefined;
}
