/** Rows ordered by magnitude: the same product as in order, cell by cell, and less of it lost in the wires. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { model, node } from '../support/onnx-model.ts';
import { compareWithDirect, convModel, exact, matMulModel, transfer, writeVerify } from './against-direct.ts';

const wires = {
  rowSegment: 5,
  columnSegment: 5,
  driver: 5,
  sense: 5,
  sides: 'one',
  idleRows: 'grounded',
  maxDriverCurrent: 1,
  maxColumnCurrent: 1,
} as const;
const behind = (target: Target): Target => ({ ...target, wires });
/** Exact cells of 1 to 128 uS. */
const micro = { gMin: 1e-6, gMax: 128e-6, gUseMin: 1e-6, gUseMax: 128e-6 };
const inOrder = { wireCorrection: 'none' } as const;
const order = { rowOrder: 'magnitude', ...inOrder } as const;

const dense = matMulModel([3], 40, 11);
const grouped = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
const wide = convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 });

describe('rows by magnitude against the direct MVM', () => {
  for (const encoding of ['differential', 'offset'] as const) {
    for (const unused of ['unformed', 'reset'] as const) {
      it(`${encoding}, unused cells ${unused}`, async () => {
        const target = behind(writeVerify({ cell: { unused, encoding } }));
        const faults = drawFaults(target, 40, 0.1, 5);
        for (const graph of [dense, grouped, wide]) {
          await compareWithDirect({ graph, target, low: -0.7, options: order });
          await compareWithDirect({ graph, target, options: { ...order, slices: 2, copies: 2 }, faults });
        }
      });
    }
  }

  it('residual parts, transfers and drivers with errors', async () => {
    const residual = { ...order, slices: 2, copies: 2, residual: true };
    await compareWithDirect({ graph: dense, target: behind(writeVerify()), options: residual });
    await compareWithDirect({ graph: dense, target: behind(transfer({ slices: 2 })), options: order });
    const driverErrors = { gainSpread: 0.05, nonlinearity: [0, 0] };
    await compareWithDirect({ graph: dense, target: behind(writeVerify({ driverErrors })), options: order });
  });
});

/** Outputs read without wires and through them. */
async function outputs(graph: Graph, target: Target, options: object) {
  const feeds = [1, 2].map((seed) => drawFeeds(graph.inputs, seed, 0, 1, 2));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds, options);
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, loaded(target));
    const read = async (through: boolean) => {
      const session = await simulate(pkg, chip, { threads: 1, conditions: { wires: through } });
      const result = await session.run(drawFeeds(graph.inputs, 9, 0, 1, 2));
      await session.release();
      return result.y!.data as Float32Array;
    };
    return { layer: pkg.layers[0]!, ideal: await read(false), real: await read(true) };
  });
}

/** Energy of what real outputs lack, with the factor that suits each column best, as a share. */
function lost(ideal: Float32Array, real: Float32Array, columns: number): number {
  let [left, all] = [0, 0];
  for (let column = 0; column < columns; column++) {
    let [ii, ir, rr] = [0, 0, 0];
    for (let i = column; i < ideal.length; i += columns) {
      ii += ideal[i]! ** 2;
      ir += ideal[i]! * real[i]!;
      rr += real[i]! ** 2;
    }
    left += ii - ir ** 2 / rr;
    all += ii;
  }
  return left / all;
}

describe('rows by magnitude', () => {
  it.each([
    ['a matrix product', dense],
    ['a depthwise convolution', grouped],
    ['a convolution in groups', wide],
  ])('leave the ideal product of %s as it is', async (_, graph) => {
    const target = behind(exact({ cell: micro }));
    const [given, ordered] = [await outputs(graph, target, inOrder), await outputs(graph, target, order)];
    expect(given.layer.rowPlaces).toBeUndefined();
    expect(ordered.layer.rowPlaces).toBeDefined();
    expect([...ordered.ideal]).toEqual([...given.ideal]);
    expect([...ordered.real]).not.toEqual([...given.real]);
  });

  it('lose less in the wires where rows differ', async () => {
    const [rows, columns] = [64, 16];
    const draw = (seed: number, count: number) => {
      const stream = openStream(seed, 'test-rows', 0);
      return Array.from({ length: count }, () => stream.normal());
    };
    const [spread, weights] = [draw(1, rows), draw(2, rows * columns)];
    // A log-normal spread of 0.7 between rows.
    const w = Float32Array.from(weights, (v, i) => v * Math.exp(0.7 * spread[Math.floor(i / columns)]!));
    const graph = model({
      inputs: { x: [64, rows] },
      outputs: { y: undefined },
      constants: { w: float32([rows, columns], w) },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
    });
    const base = exact({ cell: micro, array: { rows, columns: 2 * columns }, adc: { bits: 14 } });
    const target = behind({ ...base, driver: { ...base.driver, rowsAtOnce: rows } });
    const [given, ordered] = [await outputs(graph, target, inOrder), await outputs(graph, target, order)];
    const [before, after] = [given, ordered].map(({ ideal, real }) => lost(ideal, real, columns));
    expect(after).toBeLessThan(before! / 2);
  });

  it('stay in order where there are no wires', async () => {
    const { layer } = await outputs(dense, exact(), order);
    expect(layer.rowPlaces).toBeUndefined();
  });
});
