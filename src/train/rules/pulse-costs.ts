/** What pulses of learning took of their chip: counts of layers into pulses, time and energy by the target's numbers. */
import { schemeOf } from '../../schemes/models.ts';
import type { Target } from '../../target/target.ts';
import type { PulseWork } from './pulsed-array.ts';

export interface PulseCosts {
  /** Updates of layers, each of all cells at once. */
  readonly updates: number;
  /** Steps up and down of cells, and pulses on cells that were half-selected. */
  readonly setPulses: number;
  readonly resetPulses: number;
  readonly halfSelects: number;
  /** Readings of rows, each of all columns at once. */
  readonly reads: number;
  /** Seconds: arrays of a layer are pulsed at once, layers and reads one after the other. */
  readonly time: number;
  /** Joules of steps and of half-selected cells. Reading is in neither. */
  readonly stepEnergy: number;
  readonly halfSelectEnergy: number;
}

/** @param work of every layer, and of arrays besides @param reads of rows */
export function pulseCosts(target: Target, work: readonly PulseWork[], reads = 0): PulseCosts {
  const { pulse, halfSelect, read } = schemeOf(target).rates;
  const sum = (of: keyof PulseWork) => work.reduce((total, layer) => total + layer[of], 0);
  const [setPulses, resetPulses, halfSelects] = [sum('setPulses'), sum('resetPulses'), sum('halfSelects')];
  return {
    updates: sum('updates'),
    setPulses,
    resetPulses,
    halfSelects,
    reads,
    time: sum('slots') * (pulse?.time ?? 0) + reads * (read?.time ?? 0),
    stepEnergy: (setPulses + resetPulses) * (pulse?.energy ?? 0),
    halfSelectEnergy: halfSelects * (halfSelect?.energy ?? 0),
  };
}
