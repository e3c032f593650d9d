/** A mapping with lines that are over their limits -> the same with integers that keep its columns within them. */
import { squeeze } from '../../passes/integers/within-limits.ts';
import { lineLimits } from '../../passes/map/line-limits.ts';
import type { Mapping, SlicedLayer } from '../ir/mapping.ts';
import type { Target } from '../target/target.ts';

export function squeezed(mapping: Mapping, target: Target): Mapping {
  return { ...mapping, layers: mapping.layers.map((layer) => squeezedLayer(layer, target)) };
}

function squeezedLayer(layer: SlicedLayer, target: Target): SlicedLayer {
  const { node, uses } = layer;
  const own = squeeze(node, lineLimits(node, layer, target, node.weightMax));
  if (own === node) return layer;
  const { integers, scales } = own;
  return { ...layer, node: own, uses: uses.map((use) => ({ ...use, integers, scales })) };
}
