/** A package -> its arrays as plans: which block of which layer lies where on them. */
import { layerName, type Origin } from '../ir/graph.ts';
import { blocksByArray } from '../ir/mapping.ts';
import type { Package } from '../package/open.ts';
import { type BlockPlace, placesIn } from './where.ts';

export interface PlannedBlock extends BlockPlace {
  /** Number of its layer. */
  readonly number: number;
}

export interface Floorplan {
  /** Of every array. */
  readonly rows: number;
  readonly columns: number;
  readonly layers: readonly { readonly name: string; readonly node: Origin }[];
  /** By array. */
  readonly arrays: readonly (readonly PlannedBlock[])[];
}

export function floorplanOf(pkg: Package): Floorplan {
  const { mapping, places } = placesIn(pkg);
  const { rows, columns } = pkg.loaded.target.array;
  return {
    ...{ rows, columns },
    layers: mapping.layers.map(({ node }) => ({ name: layerName(node.origin), node: node.origin })),
    arrays: blocksByArray(mapping).map((own) =>
      own.map((index) => ({ ...places[index]!, number: mapping.blocks[index]!.layer })),
    ),
  };
}
