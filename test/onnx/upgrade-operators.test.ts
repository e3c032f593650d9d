import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../src/ir/graph.ts';
import { float32, int64, uint8 } from '../../src/math/tensor.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { expectSame, ramp, results, type Single, scales, single } from '../support/one-node.ts';
import { float } from '../support/onnx-model.ts';

const floats = (...value: number[]): Attribute => ({ type: 'floats', value });
// As int64 has it for "to the end": 2^63 - 1, which as a double is 2^63.
const toTheEnd = 2 ** 63;
const group = [ramp(2), ramp(2)] as const;

/** Operators that have to be rewritten. */
const cases: Record<string, Single> = {
  'Clip with both bounds': {
    op: 'Clip',
    opset: 7,
    inputs: [[3, 4]],
    attributes: { min: float(-0.5), max: float(0.25) },
  },
  'Clip with an upper bound': { op: 'Clip', opset: 10, inputs: [[3, 4]], attributes: { max: float(0.25) } },
  'Clip with a lower bound': { op: 'Clip', opset: 10, inputs: [[3, 4]], attributes: { min: float(0) } },
  'Slice with axes': {
    op: 'Slice',
    opset: 9,
    inputs: [[4, 5, 6]],
    attributes: { starts: [1, -3], ends: [toTheEnd, -1], axes: [2, 0] },
  },
  'Slice without axes': {
    op: 'Slice',
    opset: 7,
    inputs: [[4, 5, 6]],
    attributes: { starts: [1, 0], ends: [3, 1000] },
  },
  Squeeze: { op: 'Squeeze', opset: 11, inputs: [[1, 3, 1, 2]], attributes: { axes: [0] } },
  'Unsqueeze (negative axis)': {
    op: 'Unsqueeze',
    opset: 12,
    inputs: [[3, 2]],
    attributes: { axes: [0, -1] },
  },
  'Split in parts': {
    op: 'Split',
    opset: 11,
    inputs: [[6, 2]],
    attributes: { split: [1, 2, 3], axis: 0 },
    outputs: 3,
  },
  'Split in equal parts before 13': {
    op: 'Split',
    opset: 7,
    inputs: [[2, 6]],
    attributes: { axis: 1 },
    outputs: 2,
  },
  'Split in equal parts after 13': { op: 'Split', opset: 13, inputs: [[6, 2]], outputs: 3 },
  'Pad with zeros': { op: 'Pad', opset: 7, inputs: [[2, 3]], attributes: { pads: [0, 1, 2, 0] } },
  'Pad with a value': {
    op: 'Pad',
    opset: 10,
    inputs: [[2, 3]],
    attributes: { pads: [0, 1, 2, -1], value: float(0.75) },
  },
  'Pad by reflection': {
    op: 'Pad',
    opset: 9,
    inputs: [[2, 3]],
    attributes: { pads: [1, 1, 0, 2], mode: 'reflect' },
  },
  Dropout: { op: 'Dropout', opset: 7, inputs: [[2, 3]], attributes: { ratio: float(0.4) } },
  'Dropout 7 with its mask': {
    op: 'Dropout',
    opset: 7,
    inputs: [[2, 3]],
    outputs: 2,
    attributes: { ratio: float(0.4) },
  },
  'Dropout 10 with its mask': {
    op: 'Dropout',
    opset: 10,
    inputs: [[2, 3]],
    outputs: 2,
    attributes: { ratio: float(0.4) },
  },
  'TopK 1': { op: 'TopK', opset: 9, inputs: [[3, 7]], attributes: { k: 3, axis: 1 }, outputs: 2 },
  'Upsample 7, nearest': {
    op: 'Upsample',
    opset: 7,
    inputs: [[1, 2, 3, 4]],
    attributes: { scales: floats(1, 1, 2, 2.6) },
  },
  'Upsample 9, nearest': { op: 'Upsample', opset: 9, inputs: [[1, 2, 3, 4], scales(1, 1, 1.7, 3)] },
  'Upsample 9, linear': {
    op: 'Upsample',
    opset: 9,
    inputs: [[1, 2, 3, 4], scales(1, 1, 2, 2)],
    attributes: { mode: 'linear' },
  },
  'Resize 10, nearest, growing': { op: 'Resize', opset: 10, inputs: [[1, 2, 3, 4], scales(1, 1, 2.3, 2)] },
  'Resize 10, nearest, shrinking': {
    op: 'Resize',
    opset: 10,
    inputs: [[1, 2, 5, 7], scales(1, 1, 0.6, 0.6)],
  },
  'Resize 10, nearest, both': { op: 'Resize', opset: 10, inputs: [[1, 2, 5, 7], scales(1, 1, 0.6, 1.4)] },
  'Resize 10, linear, shrinking': {
    op: 'Resize',
    opset: 10,
    inputs: [[1, 1, 5, 7], scales(1, 1, 0.6, 0.6)],
    attributes: { mode: 'linear' },
  },
  'Scatter 9': {
    op: 'Scatter',
    opset: 9,
    inputs: [[3, 3], int64([2, 2], [1, 0, 2, 0]), [2, 2]],
    attributes: { axis: 1 },
  },
  'RoiAlign 10': {
    op: 'RoiAlign',
    opset: 10,
    inputs: [[1, 2, 8, 8], float32([2, 4], [0.5, 1, 5, 6, 2, 2, 7, 4]), int64([2], [0, 0])],
    attributes: { output_height: 3, output_width: 2, sampling_ratio: 2 },
  },
  'GridSample 16, bilinear': {
    op: 'GridSample',
    opset: 16,
    inputs: [
      [1, 2, 4, 5],
      [1, 3, 3, 2],
    ],
    attributes: { mode: 'bilinear', padding_mode: 'border' },
  },
  'GridSample 16, bicubic': {
    op: 'GridSample',
    opset: 16,
    inputs: [
      [1, 2, 4, 5],
      [1, 3, 3, 2],
    ],
    attributes: { mode: 'bicubic' },
  },
  'BatchNormalization 7': {
    op: 'BatchNormalization',
    opset: 7,
    inputs: [[2, 3, 4], ramp(3), ramp(3), ramp(3), float32([3], [0.5, 1, 2])],
    attributes: { spatial: 1, epsilon: float(0.01) },
  },
  'BatchNormalization 7, per position': {
    op: 'BatchNormalization',
    opset: 7,
    inputs: [[2, 1, 3], ramp(1, 3), ramp(1, 3), ramp(1, 3), float32([1, 3], [0.5, 1, 2])],
    attributes: { spatial: 0, epsilon: float(0.01) },
  },
  'GroupNormalization 18': {
    op: 'GroupNormalization',
    opset: 18,
    inputs: [[2, 6, 4], ...group],
    attributes: { num_groups: 2 },
  },
  'DFT 17': { op: 'DFT', opset: 17, inputs: [[1, 8, 3, 2]] },
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map((name) => {
      const positive = float32(
        [3, 4, 2],
        Array.from({ length: 24 }, (_, i) => 1 + ((7 * i) % 11)),
      );
      const opset = name === 'Sum' ? 12 : 17;
      const attributes = { axes: [0, 2], keepdims: 0 };
      return [`Reduce${name}`, { op: `Reduce${name}`, opset, inputs: [positive], attributes }];
    }),
  ),
  'ReduceMean over the last axis': {
    op: 'ReduceMean',
    opset: 13,
    inputs: [[3, 4]],
    attributes: { axes: [-1] },
  },
  ...Object.fromEntries(
    ['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) => [
      [`${op} without an axis`, { op, opset: 7, inputs: [[2, 3, 4]] }],
      [`${op} over all axes`, { op, opset: 12, inputs: [[2, 3, 4]], attributes: { axis: 0 } }],
      [
        `${op} over two axes from the end`,
        { op, opset: 11, inputs: [[2, 3, 4, 2]], attributes: { axis: -2 } },
      ],
    ]),
  ),
};

/** Operators with newer versions that mean the same by every old model. */
const unchanged: Record<string, Single> = {
  'MaxPool 1': {
    op: 'MaxPool',
    opset: 7,
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' },
  },
  'MaxPool 10 with indices': {
    op: 'MaxPool',
    opset: 10,
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    outputs: 2,
  },
  'AveragePool 7': {
    op: 'AveragePool',
    opset: 7,
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
  },
  'AveragePool 10': {
    op: 'AveragePool',
    opset: 10,
    inputs: [[1, 2, 7, 7]],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
  },
  'AveragePool 10, padded': {
    op: 'AveragePool',
    opset: 10,
    inputs: [[1, 2, 6, 6]],
    attributes: {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
      count_include_pad: 1,
    },
  },
  'LpPool 2': { op: 'LpPool', opset: 7, inputs: [[1, 2, 6, 6]], attributes: { kernel_shape: [2, 2], p: 2 } },
  'Conv 1': {
    op: 'Conv',
    opset: 7,
    inputs: [[1, 2, 6, 6], ramp(3, 2, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  'ConvTranspose 1': {
    op: 'ConvTranspose',
    opset: 7,
    inputs: [[1, 2, 4, 4], ramp(2, 3, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  'Gemm 7': { op: 'Gemm', opset: 7, inputs: [[2, 3], ramp(3, 4), ramp(4)], attributes: { beta: float(0.5) } },
  'PRelu 7': { op: 'PRelu', opset: 7, inputs: [[2, 3, 4], ramp(3, 1)] },
  'LRN 1': { op: 'LRN', opset: 7, inputs: [[1, 5, 3, 3]], attributes: { size: 3 } },
  'LSTM 7': {
    op: 'LSTM',
    opset: 7,
    inputs: [[4, 2, 3], ramp(1, 20, 3), ramp(1, 20, 5), ramp(1, 40)],
    attributes: { hidden_size: 5 },
    outputs: 3,
  },
  'GRU 7': {
    op: 'GRU',
    opset: 7,
    inputs: [[4, 2, 3], ramp(1, 15, 3), ramp(1, 15, 5), ramp(1, 30)],
    attributes: { hidden_size: 5, linear_before_reset: 1 },
    outputs: 2,
  },
  'RNN 7': {
    op: 'RNN',
    opset: 7,
    inputs: [[4, 2, 3], ramp(1, 5, 3), ramp(1, 5, 5)],
    attributes: { hidden_size: 5 },
    outputs: 2,
  },
  'DepthToSpace 1': { op: 'DepthToSpace', opset: 7, inputs: [[1, 8, 2, 3]], attributes: { blocksize: 2 } },
  'ArgMax 1': { op: 'ArgMax', opset: 7, inputs: [[3, 5]], attributes: { axis: 1 } },
  'Flatten 1': { op: 'Flatten', opset: 7, inputs: [[2, 3, 4]], attributes: { axis: 2 } },
  'TopK 10': { op: 'TopK', opset: 10, inputs: [[3, 7], int64([1], [3])], outputs: 2 },
  'QuantizeLinear 10': {
    op: 'QuantizeLinear',
    opset: 10,
    inputs: [[3, 4], float32([], [0.01]), uint8([], [7])],
  },
  'MeanVarianceNormalization 9': { op: 'MeanVarianceNormalization', opset: 9, inputs: [[2, 3, 4, 4]] },
  'Resize 11 by half pixels': {
    op: 'Resize',
    opset: 11,
    inputs: [[1, 1, 5, 5], float32([0], []), scales(1, 1, 1.5, 0.7)],
    attributes: { mode: 'linear' },
  },
  'Resize 11 to a size': {
    op: 'Resize',
    opset: 11,
    inputs: [[1, 1, 5, 5], float32([0], []), float32([0], []), int64([4], [1, 1, 7, 3])],
  },
  'Resize 11 as TensorFlow 1 did': {
    op: 'Resize',
    opset: 11,
    inputs: [[1, 1, 5, 5], float32([0], []), float32([0], []), int64([4], [1, 1, 7, 3])],
    attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' },
  },
  'Softmax over the last axis': { op: 'Softmax', opset: 11, inputs: [[2, 3, 4]], attributes: { axis: -1 } },
  'Pad 11': { op: 'Pad', opset: 11, inputs: [[2, 3], int64([4], [0, 1, 1, 0]), float32([], [0.5])] },
};

describe('upgradeOpset, operator by operator', () => {
  it.each(Object.entries(cases))('%s means the same', async (_, parts) => {
    const graph = single(parts);
    const upgraded = upgradeOpset(graph);
    expect(upgraded.opsets).toEqual({ '': 21 });
    expect(upgraded.irVersion).toBe(10);
    const expected = await results(graph);
    expectSame(await results(upgraded), expected, 1e-6);
    expect(upgraded.nodes.filter((n) => n.origin.name === 'theirs').map((n) => n.origin)).toEqual([
      graph.nodes[0]!.origin,
    ]);
    // The rule is needed: without it, opset 21 rejects the node or computes something else.
    const untouched = await results({ ...graph, irVersion: 10, opsets: { '': 21 } }).catch(() => undefined);
    if (untouched) expect(() => expectSame(untouched, expected, 1e-6)).toThrow();
  });

  it.each(Object.entries(unchanged))('%s means the same', async (_, parts) => {
    const graph = single(parts);
    expectSame(await results(upgradeOpset(graph)), await results(graph), 1e-6);
  });
});
