/** Checks a Mapping after the pass that made it: every weight lies in exactly one block, and no cell in two. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { sumOf } from '../math/sum.ts';
import { transferredDigit } from '../target/hidden-plane.ts';
import type { Target } from '../target/target.ts';
import { cornerOf } from './corner.ts';
import {
  blockColumns,
  blockRows,
  blocksByArray,
  blocksByLayer,
  blockWeightColumns,
  bundleOf,
  cellsPerWeight,
  type Encoding,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from './mapping.ts';
import { isOf, runsOf } from './passes.ts';

/** Raises InternalError at the first broken invariant. */
export function verifyMapping(mapping: Mapping, target: Target): void {
  const fail = (message: string) => {
    throw new InternalError('mapping', message);
  };
  const weights = mapping.layers.map(() => 0);
  for (const [index, block] of mapping.blocks.entries()) {
    const layer = mapping.layers[block.layer] ?? fail(`block ${index} has no layer`);
    const columns = blockColumns(block, layer!.encoding);
    if (block.row + blockRows(block) > target.array.rows || block.column + columns > target.array.columns) {
      fail(`block ${index} leaves array ${block.array}`);
    }
    if (leavesCorner(block, layer!, target)) fail(`block ${index} leaves the corner that its layer may fill`);
    if (block.array >= mapping.arrays)
      fail(`block ${index} lies on array ${block.array} of ${mapping.arrays}`);
    weights[block.layer]! += blockRows(block) * lengthOf(block.columns);
    const wrong = misplaced(block, layer!.encoding) ?? misplacedRows(block);
    if (wrong) fail(`block ${index}: ${wrong}`);
  }
  const { passes } = mapping;
  const runs = passes && runsOf(passes);
  if (runs && sumOf(runs.map(({ arrays }) => arrays)) !== mapping.arrays)
    fail('its passes have other arrays than it has');
  for (const [layer, own] of blocksByLayer(mapping).entries()) {
    const on = runs?.filter((run) => own.some((index) => isOf(run, mapping.blocks[index]!.array)));
    if (on && on.length > 1) fail(`layer ${layer} lies in two passes`);
  }
  mapping.blocks.forEach((block, index) => {
    const layer = mapping.layers[block.layer]!;
    if (bundleOf(layer) === 1 || (block.slice === 0 && block.copy === 0)) return;
    const before = mapping.blocks[index - 1]!;
    const beside = before.column + blockColumns(before, layer.encoding);
    if (block.array !== before.array || block.row !== before.row || block.column !== beside)
      fail(`block ${index} does not lie beside the part before it`);
    if (block.places !== before.places) fail(`block ${index} has other places than the part before it`);
    if (block.rowPlaces !== before.rowPlaces) fail(`block ${index} has other rows than the part before it`);
  });
  // One array after the other: the cells of all of them may take more memory than the weights.
  const taken = new Uint8Array(target.array.rows * target.array.columns);
  for (const [array, indices] of blocksByArray(mapping).entries()) {
    taken.fill(0);
    for (const index of indices) {
      const block = mapping.blocks[index]!;
      const columns = blockColumns(block, mapping.layers[block.layer]!.encoding);
      for (let row = block.row; row < block.row + blockRows(block); row++) {
        const first = row * target.array.columns + block.column;
        if (taken.subarray(first, first + columns).includes(1))
          fail(`block ${index} overlaps another in array ${array}`);
        taken.fill(1, first, first + columns);
      }
    }
  }
  mapping.layers.forEach((layer, i) => {
    if (layer.uses.some((use) => use.integers !== layer.node.integers || use.scales !== layer.node.scales))
      fail(`layer ${layer.node.output}: its uses have different weights`);
    const expected = layer.node.integers.length * cellsPerWeight(layer);
    if (weights[i] !== expected)
      fail(`layer ${layer.node.output}: ${weights[i]} of ${expected} digits are placed`);
    const wrong = misread(layer, target);
    if (wrong) fail(`layer ${layer.node.output}: ${wrong}`);
  });
}

/** Rows are filled from the sensed end on, which is the last row where wires have resistance. */
function leavesCorner(block: PlacedBlock, layer: SlicedLayer, target: Target): boolean {
  const corner = cornerOf(layer, target);
  const farthest = target.wires ? target.array.rows - block.row : block.row + blockRows(block);
  return farthest > corner.rows || block.column + blockColumns(block, layer.encoding) > corner.columns;
}

/** What is wrong with the hidden integers that training left in a layer. */
function misread(layer: SlicedLayer, { hidden: plane }: Target): string | undefined {
  const { hidden, node } = layer;
  if (!hidden) return undefined;
  if (!plane) return 'hidden integers, and the target has no hidden planes';
  if (layer.encoding !== 'differential' || cellsPerWeight(layer) !== 1 || layer.levelStep !== 1)
    return 'hidden integers of weights that are not one pair of cells each, a level per digit step';
  if (hidden.length !== node.integers.length)
    return `${hidden.length} hidden integers of ${node.integers.length} weights`;
  const limit = 2 ** (plane.bits - 1) - 1;
  const at = hidden.findIndex(
    (h, i) => Math.abs(h) > limit || transferredDigit(h, plane) !== node.integers[i],
  );
  return at < 0
    ? undefined
    : `hidden integer ${hidden[at]} of weight ${at}, whose digit is ${node.integers[at]}`;
}

/** What is wrong with where a block's logical rows lie. */
function misplacedRows(block: PlacedBlock): string | undefined {
  const { rowPlaces } = block;
  if (!rowPlaces) return undefined;
  const rows = blockRows(block);
  const inside = rowPlaces.every((place) => place >= 0 && place < rows);
  return inside && rowPlaces.length === rows && new Set(rowPlaces).size === rows
    ? undefined
    : `its ${rows} rows are not each at a place`;
}

/** What is wrong with where a block's logical columns lie. */
function misplaced(block: PlacedBlock, encoding: Encoding): string | undefined {
  const { places, spare = 0 } = block;
  const logical = blockWeightColumns(block);
  if (encoding === 'offset' && spare > 0) return 'columns beside a reference are not spare';
  if (!places) return undefined;
  if (places.place.length !== logical || places.flipped.length !== logical)
    return `${places.place.length} places for ${logical} columns`;
  if (places.place.some((place) => place < 0 || place >= logical + spare))
    return 'a place beyond its columns';
  return new Set(places.place).size < logical ? 'two columns at one place' : undefined;
}
