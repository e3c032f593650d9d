import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../../passes/lower/fold-batch-norm.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import { listOperators } from '../../../src/compile/operators.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { float32, type Tensor } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { float, type ModelParts, model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { largestError, runOnnx, sampleInputs } from '../../support/run-onnx.ts';

const ramp = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  );
const norm = (channels: number) => ({
  scale: ramp(channels),
  shift: float32(
    [channels],
    Array.from({ length: channels }, (_, i) => i - 1),
  ),
  mean: float32(
    [channels],
    Array.from({ length: channels }, (_, i) => 1 / (i + 1)),
  ),
  variance: float32(
    [channels],
    Array.from({ length: channels }, (_, i) => 0.1 + i),
  ),
});
const batchNorm = (input: string, output: string) =>
  node(
    'BatchNormalization',
    [input, 'scale', 'shift', 'mean', 'variance'],
    [output],
    { epsilon: float(0.01) },
    'bn',
  );
const fold = (parts: ModelParts) => foldBatchNorm.run(lowerLinear.run(model(parts), { file: 'm' }));

const grouped: ModelParts = {
  inputs: { x: [2, 4, 5, 5] },
  outputs: { y: undefined },
  constants: { w: ramp(6, 2, 3, 3), b: ramp(6), ...norm(6) },
  nodes: [
    node('Conv', ['x', 'w', 'b'], ['z'], { group: 2 }),
    batchNorm('z', 'v'),
    node('Relu', ['v'], ['y']),
  ],
};
const dense: ModelParts = {
  inputs: { x: [2, 4] },
  outputs: { y: undefined },
  constants: { w: ramp(4, 3), b: ramp(3), ...norm(3) },
  nodes: [node('MatMul', ['x', 'w'], ['z']), node('Add', ['z', 'b'], ['a']), batchNorm('a', 'y')],
};

describe('fold-batch-norm', () => {
  it.each([
    ['a grouped convolution', grouped],
    ['a product with a bias', dense],
  ])('computes the norm of %s as onnxruntime does', async (_, parts) => {
    const graph = model(parts);
    const folded = fold(parts);
    verifyGraph(folded, 'lower');
    expect(folded.nodes.some((n) => n.origin.op === 'BatchNormalization')).toBe(false);
    expect(folded.nodes[0]).toMatchObject({
      folded: expect.arrayContaining([expect.objectContaining({ name: 'bn' })]),
    });
    const inputs = sampleInputs(graph.inputs);
    const original = await runOnnx(encodeModel(graph), inputs);
    expect(largestError(original, await runOnnx(encodeModel(restoreLayers(folded)), inputs))).toBeLessThan(
      1e-6,
    );
  });

  const constants = { w: ramp(4, 3), ...norm(3) };
  const kept: [string, ModelParts][] = [
    ['another node reads the layer', { ...dense, outputs: { y: undefined, a: undefined } }],
    [
      'channels are not the last axis',
      {
        inputs: { x: [2, 3, 4] },
        outputs: { y: undefined },
        constants,
        nodes: [node('MatMul', ['x', 'w'], ['z']), batchNorm('z', 'y')],
      },
    ],
    [
      'the rank is unknown',
      {
        inputs: { x: undefined },
        outputs: { y: undefined },
        constants,
        nodes: [node('MatMul', ['x', 'w'], ['z']), batchNorm('z', 'y')],
      },
    ],
  ];
  it.each(kept)('leaves it where %s', (_, parts) => {
    expect(fold(parts).nodes.filter((n) => n.origin.op === 'BatchNormalization').length).toBe(1);
  });

  it('refuses statistics that give no finite factor', () => {
    const bad = { ...grouped.constants, variance: float32([6], [1, 1, -1, 1, 1, 1]) };
    expect(() => fold({ ...grouped, constants: bad })).toThrow('onnx/weights-not-finite');
  });

  it('is listed as folded, and so is the bias', async () => {
    expect((await listOperators(model(dense))).map((l) => l.rule)).toEqual([
      'MatMul with a constant right side: 4 rows, 3 columns',
      'folded into node (MatMul, #0)',
      'folded into node (MatMul, #0)',
    ]);
    const kept = await listOperators(model(dense), () => true);
    expect(kept[0]).toMatchObject({ crossbar: false, rule: 'digital: the options keep it digital' });
    expect(kept[2]!.crossbar).toBe(false);
  });
});
