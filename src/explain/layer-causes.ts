/** What every layer errs by itself, and the effect that alone makes it err most. */
import { layerName } from '../ir/graph.ts';
import type { Package } from '../package/open.ts';
import type { LayerNoise } from '../verify/layers.ts';
import type { LayerSums } from '../verify/layers-job.ts';
import { type Snr, snrOf } from '../verify/report.ts';
import type { LayerCause, LayerError } from './report.ts';

const ownOf = ({ signal, ownNoise }: LayerSums): Snr => snrOf({ signal, noise: ownNoise });

/** In the order of the network. */
export const layersIn = ({ layers }: Package, noise: LayerNoise): readonly LayerError[] =>
  layers.map(({ origin, output }) => ({ layer: layerName(origin), own: ownOf(noise.get(output)!) }));

/**
 * @param all with all effects
 * @param alone with each alone, by its name
 * @returns in the order of the network
 */
export function causesIn(
  { layers }: Package,
  all: LayerNoise,
  alone: ReadonlyMap<string, LayerNoise>,
): readonly LayerCause[] {
  return layers.map(({ origin, output }) => {
    const [first] = [...alone]
      .map(([effect, noise]) => ({ effect, sums: noise.get(output)! }))
      .filter(({ sums }) => sums.ownNoise > 0)
      .sort((a, b) => b.sums.ownNoise - a.sums.ownNoise);
    return {
      layer: layerName(origin),
      own: ownOf(all.get(output)!),
      ...(first && { cause: { effect: first.effect, own: ownOf(first.sums) } }),
    };
  });
}
