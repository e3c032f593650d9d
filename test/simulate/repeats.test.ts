/** Digits that are repeated in several rows: their errors average out, and without errors nothing changes. */
import { expect, it } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { errorLawProgramming, loaded } from '../chip/bench.ts';
import { convModel, exact, matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';

const sigma = 0.5;
/** Cells of one siemens a level, in the middle of a wide window so that none is held at its ends. */
const base = exact({ array: { rows: 128, columns: 128 }, driver: { rowsAtOnce: 128 }, adc: { bits: 16 } });
const cell = {
  ...base.cell,
  gMin: 0,
  gMax: 327,
  gUseMin: 100,
  gUseMax: 227,
  encoding: 'differential',
} as const;
const noisy: Target = { ...base, cell, programming: errorLawProgramming([sigma]) };

const rows = 20;
const columns = 40;
const graph = matMulModel([1], rows, columns);

it.each([1, 2, 6])('independent errors of cells fall as 1 / n for n = %i repeats', async (repeats) => {
  const feeds = [1, 2, 3, 4].map((seed) => drawFeeds(graph.inputs, seed, 0, 1));
  const options = {
    repeats,
    converterRange: 'max',
    activationRange: 'minmax',
    centredInputs: false,
  } as const;
  const compiled = await compileModel(modelOf(graph), loaded(noisy), feeds, options);
  const { node } = compiled.mapping.layers[0]!;
  const [squares, count] = await withPackage(compiled, async (pkg) => {
    const [layer] = pkg.layers;
    let [sum, outputs] = [0, 0];
    for (const seed of [1, 2, 3]) {
      const session = await simulate(pkg, await programPackage(pkg, loaded(noisy), seed), { threads: 1 });
      const x = feeds[0]!;
      const result = (await session.run(x)).y!.data as Float32Array;
      await session.release();
      // Codes of the inputs, and what they should give.
      const { scale, zero } = layer!.quantization;
      const codes = Float64Array.from(x.x!.data as Float32Array, (v) => Math.round(v / scale) + zero);
      const power = codes.reduce((total, code) => total + (code - zero) ** 2, 0);
      for (let column = 0; column < columns; column++) {
        let wanted = 0;
        for (let row = 0; row < rows; row++)
          wanted += (codes[row]! - zero) * node.integers[row * columns + column]!;
        const unit = scale * layer!.scales[column]!;
        const error = (result[column]! - layer!.bias[column]!) / unit - wanted;
        // Both cells of a pair err, and a level is a digit step.
        sum += error ** 2 / (2 * sigma ** 2 * power);
        outputs++;
      }
    }
    return [sum, outputs] as const;
  });
  // The sum over n of independent columns has n - times a chi-square: four standard deviations of its mean.
  expect(Math.abs((squares / count) * repeats - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
});

it.each([
  ['packed groups', convModel([9, 5, 5], [9, 1, 3, 3], { group: 9, pads: [1, 1, 1, 1] })],
  ['a matrix', matMulModel([4], 30, 12)],
])('of exact cells behind coarse converters give the same bits: %s', async (_, model) => {
  const target = exact({ array: { rows: 64, columns: 32 }, driver: { rowsAtOnce: 64 }, adc: { bits: 5 } });
  const feeds = [1, 2].map((seed) => drawFeeds(model.inputs, seed));
  const outputs: unknown[] = [];
  for (const repeats of [1, 2, 4]) {
    // A matrix of 30 rows has room for two repeats in one tile: more would cut it, and round its parts.
    if (repeats === 4 && model.inputs[0]!.dims?.length === 2) continue;
    const compiled = await compileModel(modelOf(model), loaded(target), feeds, { repeats });
    await withPackage(compiled, async (pkg) => {
      const session = await simulate(pkg, await programPackage(pkg, loaded(target)), { threads: 1 });
      outputs.push((await session.run(feeds[0]!)).y!.data);
      await session.release();
    });
  }
  for (const other of outputs.slice(1)) expect(other).toEqual(outputs[0]);
});
