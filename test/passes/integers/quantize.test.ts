import { describe, expect, it } from 'vitest';
import { quantize } from '../../../passes/integers/quantize.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { MvmNode, QuantizedMvmNode } from '../../../src/ir/graph.ts';
import { model } from '../../support/onnx-model.ts';
import { convGeometry, mvmLayer, recordOf } from '../layers.ts';

const graphOf = (node: MvmNode) => model({ inputs: { x: [1, 2] }, outputs: { y: undefined }, nodes: [node] });
async function run(
  node: MvmNode,
  weightMax: number,
  record = recordOf({ y: {} }),
): Promise<QuantizedMvmNode> {
  const { nodes } = await quantize.run(graphOf(node), {
    record,
    weightMaxOf: () => weightMax,
    rounding: 'nearest',
  });
  const [result] = nodes;
  if (result?.kind !== 'quantized-mvm') throw new Error('not quantized');
  return result;
}

describe('quantize', () => {
  it('scales every column by its own largest weight and rounds half to even', async () => {
    // Columns: steps of 0.5 and of 2.
    const weights = [3.5, -14, 0.25, 1, 0.75, 3, -1.25, -5, 1.2, 9.1];
    const { integers, scales, weightMax, bias } = await run(mvmLayer(5, 2, weights, [1, 2]), 7);
    expect([...scales]).toEqual([0.5, 2]);
    expect([...integers]).toEqual([7, -7, 0, 0, 2, 2, -2, -2, 2, 5]);
    expect(weightMax).toBe(7);
    expect([...bias]).toEqual([1, 2]);
  });

  it('keeps the grid that a column of weights lies on, as far as the integers reach', async () => {
    const step = Math.fround(0.0123);
    const grid = [50, -7, 0, 33, 12].map((k) => Math.fround(k * step));
    const exact = await run(mvmLayer(5, 1, grid, [0]), 127);
    expect([...exact.integers]).toEqual([100, -14, 0, 66, 24]);
    expect(exact.scales[0]).toBeCloseTo(step / 2, 9);
    // 63 steps hold it once, 49 do not.
    expect([...(await run(mvmLayer(5, 1, grid, [0]), 63)).integers]).toEqual([50, -7, 0, 33, 12]);
    expect([...(await run(mvmLayer(5, 1, grid, [0]), 49)).integers]).toEqual([49, -7, 0, 32, 12]);
  });

  it('gives a column of zeros no weight at all, so that errors of its cells do not count', async () => {
    const { integers, scales } = await run(mvmLayer(2, 2, [0, 1, 0, -1], [0, 0]), 127);
    expect([...integers]).toEqual([0, 127, 0, -127]);
    expect(scales[0]).toBe(0);
  });

  it('takes the codes of the record, and makes padding explicit', async () => {
    const quantization = { scale: 0.1, zero: 7, signed: false, bits: 8 };
    const conv = {
      ...mvmLayer(4, 1, [1, 2, 3, 4], [0]),
      geometry: { ...convGeometry(2, 2), autoPad: 'SAME_UPPER' as const },
    };
    const result = await run(conv, 127, recordOf({ y: { quantization, space: [3, 5] } }));
    expect(result.quantization).toEqual(quantization);
    expect(result.geometry).toMatchObject({ autoPad: 'NOTSET', pads: [0, 0, 1, 1] });
  });

  it('names the layers of which the record knows nothing', async () => {
    const call = () => run(mvmLayer(1, 1, [1], [0]), 127, recordOf({}));
    await expect(call).rejects.toThrow(DiagnosticError);
    await expect(call).rejects.toThrow(/calibrate\/no-ranges.*'layer'/);
  });
});
