/** What every rule of pulses takes. */
import type { UpdateBias } from './pulsed-layer.ts';

export interface PulsedOptions {
  /** Change of a real weight per unit of -x d. */
  readonly learningRate: number;
  /** Of the digital biases. */
  readonly biasRate: number;
  /** Slots of the longest pulse train, 1 to 32. */
  readonly longestTrain: number;
  /** How voltages select the cells of an update. */
  readonly updateBias: UpdateBias;
  /** Real weight that half of the window of conductances stands for; undefined: as large as the largest first weight needs. */
  readonly weightRange?: number;
  /** Cycles that end the run; undefined where nothing is to. */
  readonly endurance?: { readonly memristor: number } | undefined;
}
