import { describe, expect, it } from 'vitest';
import { correctBiases } from '../../../passes/integers/correct-biases.ts';
import type { QuantizedMvmNode } from '../../../src/ir/graph.ts';
import { model } from '../../support/onnx-model.ts';
import { mvmLayer, quantizedLayer, recordOf } from '../layers.ts';

describe('correct-biases', () => {
  it('brings the mean of the quantized outputs to the mean of the real ones', () => {
    const [rows, columns, count] = [4, 3, 5];
    const weights = Array.from({ length: rows * columns }, (_, i) => Math.sin(i + 1));
    const real = mvmLayer(rows, columns, weights, [0.1, 0.2, 0.3]);
    const scales = Float64Array.of(0.3, 0.25, 0.4);
    const integers = Int8Array.from(weights, (w, i) => Math.round(w / scales[i % columns]!));
    const node = quantizedLayer({ groups: 1, rows, columns, integers, scales, bias: real.bias });
    const inputs = Array.from({ length: count * rows }, (_, i) => Math.cos(3 * i));
    const quantized = inputs.map((x) => Math.round(x * 4) / 4 + 0.01);
    const meanOf = (values: readonly number[]) =>
      Float32Array.from({ length: rows }, (_, r) =>
        values.reduce((sum, v, i) => (i % rows === r ? sum + v / count : sum), 0),
      );
    const record = recordOf({ y: { inputMean: meanOf(inputs), quantizedMean: meanOf(quantized) } });
    const graph = (n: typeof real | QuantizedMvmNode) =>
      model({ inputs: { x: [1, rows] }, outputs: { y: undefined }, nodes: [n] });

    const [corrected] = correctBiases.run(graph(node), { record, real: graph(real) }).nodes as [
      QuantizedMvmNode,
    ];

    const meanOutput = (
      values: readonly number[],
      weight: (row: number, column: number) => number,
      bias: Float64Array,
    ) =>
      Array.from({ length: columns }, (_, c) => {
        let sum = 0;
        values.forEach((x, i) => {
          sum += x * weight(i % rows, c);
        });
        return sum / count + bias[c]!;
      });
    const wanted = meanOutput(inputs, (r, c) => weights[r * columns + c]!, real.bias);
    const got = meanOutput(quantized, (r, c) => integers[r * columns + c]! * scales[c]!, corrected.bias);
    got.forEach((value, c) => {
      expect(value).toBeCloseTo(wanted[c]!, 6);
      expect(Math.abs(corrected.bias[c]! - real.bias[c]!)).toBeGreaterThan(1e-3);
    });
  });
});
