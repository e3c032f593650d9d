/** Checks a Mapping after the pass that made it: every weight lies in exactly one block, and no cell in two. */
import { InternalError } from '../diagnostic.ts';
import type { Target } from '../target.ts';
import { blockColumns, blockRows, lengthOf, type Mapping } from './mapping.ts';

/** Raises InternalError at the first broken invariant. */
export function verifyMapping(mapping: Mapping, target: Target): void {
  const fail = (message: string) => {
    throw new InternalError('mapping', message);
  };
  const taken = Array.from(
    { length: mapping.arrays },
    () => new Uint8Array(target.array.rows * target.array.columns),
  );
  const weights = mapping.layers.map(() => 0);
  for (const [index, block] of mapping.blocks.entries()) {
    const layer = mapping.layers[block.layer] ?? fail(`block ${index} has no layer`);
    const columns = blockColumns(block, layer!.encoding);
    if (block.row + blockRows(block) > target.array.rows || block.column + columns > target.array.columns) {
      fail(`block ${index} leaves array ${block.array}`);
    }
    const cells =
      taken[block.array] ?? fail(`block ${index} lies on array ${block.array} of ${mapping.arrays}`);
    for (let row = block.row; row < block.row + blockRows(block); row++) {
      const first = row * target.array.columns + block.column;
      if (cells!.subarray(first, first + columns).includes(1))
        fail(`block ${index} overlaps another in array ${block.array}`);
      cells!.fill(1, first, first + columns);
    }
    weights[block.layer]! += lengthOf(block.groups) * lengthOf(block.rows) * lengthOf(block.columns);
  }
  mapping.layers.forEach((layer, i) => {
    const expected = layer.node.integers.length * layer.digits.length;
    if (weights[i] !== expected)
      fail(`layer ${layer.node.output}: ${weights[i]} of ${expected} digits are placed`);
  });
}
