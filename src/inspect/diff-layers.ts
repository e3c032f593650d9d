/** Cells that differ -> the layers that they belong to. */
import { layerName } from '../ir/graph.ts';
import { blockColumns, blockRows, blocksByArray, type Mapping } from '../ir/mapping.ts';
import { type CellsDiff, type DifferenceTally, tallyDifferences } from './diff-cells.ts';

export interface LayerDiff extends Pick<CellsDiff, 'cells' | 'alone' | 'mean' | 'most'> {
  readonly layer: string;
}

export interface LayerTallies {
  /** For the cells of one array: takes one that differs. */
  readonly onArray: (array: number) => (row: number, column: number, size: number | undefined) => void;
  /** Layers with cells that differ, those with the most first. */
  readonly layers: () => readonly LayerDiff[];
}

/** @param rows, columns of an array */
export function tallyLayers(
  mapping: Mapping,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): LayerTallies {
  const own = blocksByArray(mapping);
  const tallies = new Map<number, DifferenceTally>();
  const layerOfCells = (array: number): Int32Array => {
    const layers = new Int32Array(rows * columns).fill(-1);
    for (const index of own[array] ?? []) {
      const block = mapping.blocks[index]!;
      const width = blockColumns(block, mapping.layers[block.layer]!.encoding);
      for (let row = block.row; row < block.row + blockRows(block); row++)
        layers.fill(block.layer, row * columns + block.column, row * columns + block.column + width);
    }
    return layers;
  };
  return {
    onArray(array) {
      let layers: Int32Array | undefined;
      return (row, column, size) => {
        layers ??= layerOfCells(array);
        const layer = layers[row * columns + column]!;
        const tally = tallies.get(layer) ?? tallyDifferences();
        tallies.set(layer, tally);
        tally.add(size);
      };
    },
    layers: () =>
      [...tallies]
        .map(([layer, tally]) => ({ layer: nameOf(mapping, layer), ...tally.told() }))
        .sort((a, b) => b.cells - a.cells),
  };
}

const nameOf = ({ layers }: Mapping, layer: number) =>
  layer < 0 ? '(beside all layers)' : layerName(layers[layer]!.node.origin);
