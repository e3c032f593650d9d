/** From the model to the cells: what the parts of every weight hold together, read from the chip by host.onnx alone. */

import { expect, it } from 'vitest';
import type { CompileOptions } from '../../src/ir/options.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded, writeVerifyTarget } from '../chip/bench.ts';
import { convModel, matMulModel, writeVerify } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';

const programming = {
  ...(writeVerifyTarget.programming as ProgrammingOf<'write-verify'>),
  unresponsive: 0.02,
};

/** Errors of all weights, in their own units, sorted by size. */
async function errorsOf(
  graph: ReturnType<typeof matMulModel>,
  options: Partial<CompileOptions>,
  adcBits: number,
): Promise<Float64Array> {
  const target: Target = { ...writeVerify({ adc: { bits: adcBits } }), programming };
  const feeds = [1, 2, 3].map((seed) => drawFeeds(graph.inputs, seed));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds, options);
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, loaded(target), 3);
    const layer = pkg.layers[0]!;
    const { rows, columns } = layer;
    const errors = Float64Array.from(compiled.mapping.layers[0]!.node.integers, (w) => -w);
    for (const tile of layer.tiles) {
      const digitWeight = layer.radix ** tile.slice / layer.copies / layer.digitStep;
      const [height, width] = [tile.rowEnd - tile.rowStart, tile.columnEnd - tile.columnStart];
      for (let group = tile.groupStart; group < tile.groupEnd; group++) {
        for (let r = 0; r < height; r++) {
          for (let c = 0; c < width; c++) {
            const own = group - tile.groupStart;
            const at =
              (tile.row + own * height + r) * chip.header.columns + tile.column + 2 * (own * width + c);
            const [plus, minus] = chip.conductances[tile.array]!.subarray(at, at + 2);
            const weight = (group * rows + tile.rowStart + r) * columns + tile.columnStart + c;
            errors[weight]! += digitWeight * (plus! - minus!);
          }
        }
      }
    }
    return errors.map(Math.abs).sort();
  });
}

const share = (errors: Float64Array, limit: number) => errors.filter((e) => e > limit).length / errors.length;

it.each([
  ['a matrix', matMulModel([3], 60, 20)],
  ['packed groups', convModel([40, 5, 5], [40, 1, 3, 3], { group: 40 })],
])('%s: the parts of a weight together hold it, stuck cells or not', async (_, graph) => {
  const parts = { slices: 2, copies: 2 };
  // Converters too coarse for single digits: the last of the four parts makes up for what the others are off by.
  const plain = await errorsOf(graph, parts, 4);
  const residual = await errorsOf(graph, { ...parts, residual: true }, 4);
  // A lower pair ends within two tolerances and half a level of what is lacking: 0.12 digits, halved by averaging. What
  // is left are upper digits beyond half of the window whose copy is stuck: more than one pair can hold.
  expect(share(plain, 0.2)).toBeGreaterThan(0.3);
  expect(share(residual, 0.2)).toBeLessThan(0.04);
  expect(share(plain, 4)).toBeGreaterThan(0.03);
  expect(share(residual, 4)).toBeLessThan(0.7 * share(plain, 4));
});

it('two copies hold a weight that one of them has no cell for', async () => {
  const graph = matMulModel([3], 60, 20);
  const plain = await errorsOf(graph, { copies: 2 }, 4);
  const residual = await errorsOf(graph, { copies: 2, residual: true }, 4);
  // Both cells of both pairs within the tolerance, plus half a level where a stuck cell is made up for.
  expect(share(plain, 1.5)).toBeGreaterThan(0.01);
  expect(share(residual, 1.5)).toBeLessThan(0.5 * share(plain, 1.5));
});
