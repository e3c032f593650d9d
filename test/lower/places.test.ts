/** Layers whose columns were flipped and moved around faulty cells compute what the others do. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { compareWithDirect, convModel, exact, matMulModel, transfer, writeVerify } from './against-direct.ts';

const dense = matMulModel([3], 20, 11);
const grouped = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
const wide = convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 });
const graphs = [dense, grouped, wide];

/** So many faults that most columns move. */
const faultsOf = (target: Target) => drawFaults(target, 40, 0.1, 5);

describe('flipped and moved columns against the direct MVM', () => {
  for (const convert of ['pair', 'column'] as const) {
    for (const unused of ['unformed', 'reset'] as const) {
      for (const encoding of ['differential', 'offset'] as const) {
        it(`${encoding}, one conversion per ${convert}, unused cells ${unused}`, async () => {
          const target = writeVerify({ adc: { convert }, cell: { unused, encoding } });
          for (const graph of graphs) {
            await compareWithDirect({ graph, target, faults: faultsOf(target), low: -0.7 });
            await compareWithDirect({
              graph,
              target,
              faults: faultsOf(target),
              options: { rowsAroundFaults: true },
            });
            await compareWithDirect({
              graph,
              target,
              faults: faultsOf(target),
              options: { slices: 2, copies: 2 },
            });
          }
        });
      }
    }
  }

  it('columns beside a reference that are flipped already', async () => {
    const target = writeVerify({
      adc: { convert: 'column' },
      cell: { encoding: 'offset', flipped: 'heavy' },
    });
    for (const graph of graphs) {
      await compareWithDirect({ graph, target });
      await compareWithDirect({ graph, target, faults: faultsOf(target), low: -0.7 });
    }
  });

  it('residual parts, which move together', async () => {
    const target = writeVerify();
    for (const graph of graphs) {
      const options = { slices: 2, copies: 2, residual: true };
      await compareWithDirect({ graph, target, options, faults: faultsOf(target) });
    }
  });

  it('hidden weights that were transferred', async () => {
    for (const convert of ['pair', 'column'] as const) {
      const target = transfer({ slices: 2, adc: { convert } });
      await compareWithDirect({ graph: matMulModel([4], 30, 9), target, faults: faultsOf(target) });
    }
  });

  it('converters that saturate', async () => {
    const target = writeVerify({ adc: { bits: 4 }, array: { rows: 64 } });
    const graph = matMulModel([8], 60, 5);
    const options = { centredInputs: false };
    const result = await compareWithDirect({ graph, target, options, low: 0, faults: faultsOf(target) });
    expect(result.saturated).toBeGreaterThan(0);
  });
});

async function outputs(
  graph: Graph,
  target: Target,
  faults: ReturnType<typeof faultsOf> | undefined,
  options = {},
) {
  const feeds = [1, 2].map((seed) => drawFeeds(graph.inputs, seed, -1, 1, 2));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds, options, faults);
  const values = await withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, loaded(target));
    const results = [];
    for (const bitSerial of [false, true]) {
      const session = await simulate(pkg, chip, { threads: 1, bitSerial });
      const result = await session.run(drawFeeds(graph.inputs, 9, -1.1, 1.1, 2));
      await session.release();
      results.push([...(result.y!.data as Float32Array)]);
    }
    return results;
  });
  return { compiled, values };
}

describe('on exact cells, flipped and moved columns give the same outputs', () => {
  // Coarse converters of pairs are left out: exactly half a code may fall the other way where a column is flipped.
  for (const [convert, bits] of [
    ['pair', 12],
    ['column', 6],
    ['column', 12],
  ] as const) {
    it(`one conversion per ${convert}, ${bits} bits`, async () => {
      const target = exact({ adc: { convert, bits }, array: { rows: 24, columns: 24 } });
      // Copies of single columns fill an array side by side, and have nowhere to move.
      let moved = 0;
      for (const graph of graphs) {
        for (const options of [{}, { slices: 2, copies: 2 }]) {
          const plain = await outputs(graph, target, undefined, options);
          const around = await outputs(graph, target, faultsOf(target), options);
          expect(around.compiled.faults!.flipped).toBeGreaterThan(0);
          moved += around.compiled.faults!.moved;
          around.values.forEach((values, form) => {
            const largest = Math.max(...values.map(Math.abs));
            values.forEach((value, i) => {
              expect(Math.abs(value - plain.values[form]![i]!)).toBeLessThan(1e-6 * largest);
            });
          });
        }
      }
      expect(moved).toBeGreaterThan(0);
    });
  }
});
