/** Whether wires keep a mapping from computing anything. */
import type { Expected, ExpectedSignal } from '../ir/expected-signal.ts';
import { sumOf } from '../math/sum.ts';

/** dB: what errs has half the energy of a layer's outputs. */
const least = 3;

export interface Useless {
  readonly worst: ExpectedSignal;
  /** Layers of which hardly anything is left. */
  readonly lost: number;
}

/**
 * A mapping is useless where one layer is lost through the wires, or where they make the errors of all layers add up to the whole
 * signal: a MobileNet-V2 of 53 layers with 6 to 17 dB each, none of them lost, guessed. What is no better without wires does not count.
 */
export function uselessThroughWires({ layers }: Expected): Useless | undefined {
  const lost = layers.filter(({ snr, unwired }) => snr < least && unwired > snr + least);
  const added = sumOf(layers.map(({ snr, unwired }) => shareOf(snr) - shareOf(unwired)));
  if (lost.length === 0 && added < 1) return undefined;
  return { worst: layers.toSorted((a, b) => a.snr - b.snr)[0]!, lost: lost.length };
}

/** What errs, of all that comes out. */
export const shareOf = (snr: number) => 1 / (1 + 10 ** (snr / 10));
