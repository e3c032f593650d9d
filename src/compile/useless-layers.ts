/** Layers of a mapping that wires keep from computing anything. */
import type { Expected, ExpectedSignal } from '../ir/expected-signal.ts';

/**
 * dB. Here what errs has half the energy of the outputs; in networks of a few layers and in deep ones nothing was left of the
 * accuracy where most layers were below.
 */
const least = 3;

/** The worst first; those that would be no better without wires are not meant. */
export function uselessLayers({ layers }: Expected): readonly ExpectedSignal[] {
  return layers
    .filter(({ snr, unwired }) => snr < least && unwired > snr + least)
    .toSorted((a, b) => a.snr - b.snr);
}
