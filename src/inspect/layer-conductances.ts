/**
 * The conductances of a chip as matrices of its layers, which simulators of crossbars take -> a .npz archive. Of layer I, part by part
 * (copy after copy of slice after slice):
 *
 *   plus_I, minus_I   [part, output, row]   what is added and what is subtracted, in the unit that is asked for; means over repeats
 *   scale_I           [part, output]        weight = sum over parts of scale (plus - minus)
 */
import type { Chip } from '../chip/chip.ts';
import { encodeNpy, type NpyArray } from '../files/npy.ts';
import { writeZip } from '../files/zip.ts';
import { cellsOf, inputOf, outputOf } from '../ir/cells.ts';
import { layerName } from '../ir/graph.ts';
import { partsOf, type SlicedLayer } from '../ir/mapping.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { levelStepOf } from '../target/cell.ts';

/**
 * @param chip programmed from the package
 * @param unit conductance that is 1 (S)
 */
export function layerConductances(pkg: Package, chip: Chip, unit: number): Uint8Array {
  const { layers, blocks } = placedMappingOf(pkg);
  const files = new Map<string, Uint8Array>();
  const put = (name: string, array: NpyArray) => files.set(`${name}.npy`, encodeNpy(array));
  const matrices = layers.map((layer) => {
    const count = partsOf(layer) * layer.node.groups * layer.node.columns * layer.node.rows;
    return { plus: new Float32Array(count), minus: new Float32Array(count) };
  });
  for (const block of blocks) {
    const layer = layers[block.layer]!;
    const { node } = layer;
    const { plus, minus } = matrices[block.layer]!;
    const conductances = chip.conductances[block.array]!;
    const cells = cellsOf(block, layer.encoding);
    const part = block.slice * layer.copies + block.copy;
    const height = (block.rows.end - block.rows.start) * block.repeats;
    const width = block.columns.end - block.columns.start;
    const at = (row: number, column: number) =>
      conductances[row * chip.header.columns + column]! / unit / block.repeats;
    for (const [logical, row] of cells.rows.entries()) {
      // Rows and columns of one group meet in its matrix alone.
      const first = Math.floor(logical / height) * width;
      const input = inputOf(block, node, logical) % node.rows;
      for (let column = first; column < first + width; column++) {
        const output = outputOf(block, node, column);
        const place = (part * node.groups * node.columns + output) * node.rows + input;
        const [added, subtracted] = [at(row, cells.added[column]!), at(row, cells.subtracted[column]!)];
        const isFlipped = cells.signs[column] === -1;
        plus[place]! += isFlipped ? subtracted : added;
        minus[place]! += isFlipped ? added : subtracted;
      }
    }
  }
  for (const [index, layer] of layers.entries()) {
    const { groups, rows, columns } = layer.node;
    const dims = [partsOf(layer), groups * columns, rows];
    put(`plus_${index}`, { type: 'float32', dims, data: matrices[index]!.plus });
    put(`minus_${index}`, { type: 'float32', dims, data: matrices[index]!.minus });
    const step = layer.levelStep * levelStepOf(pkg.loaded.target.cell);
    put(`scale_${index}`, { type: 'float32', dims: dims.slice(0, 2), data: scalesOf(layer, step / unit) });
  }
  const about = {
    format: 'crossloom-layers',
    version: 1,
    target: chip.header.target,
    seed: chip.seed,
    unit,
    layers: layers.map(({ node, encoding, radix, slices, copies }) => ({
      name: layerName(node.origin),
      output: node.output,
      groups: node.groups,
      ...{ encoding, radix, slices, copies },
    })),
  };
  files.set('about.json', Buffer.from(JSON.stringify(about, null, 1)));
  return writeZip(files);
}

/** @param step of a digit, in the unit */
function scalesOf(layer: SlicedLayer, step: number): Float32Array {
  const { node, radix, copies, digitsPerOne } = layer;
  const outputs = node.groups * node.columns;
  return Float32Array.from({ length: partsOf(layer) * outputs }, (_, at) => {
    const slice = Math.floor(Math.floor(at / outputs) / copies);
    return (node.scales[at % outputs]! * radix ** slice) / digitsPerOne / step;
  });
}
