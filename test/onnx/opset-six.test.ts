/** Models of opset 6, which onnxruntime has no kernels for any more, against the same model written for opset 7. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { OnnxNode } from '../../src/ir/graph.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { ramp } from '../support/one-node.ts';
import { type AttributeValue, float, model, node } from '../support/onnx-model.ts';
import { runOnnx, sampleInputs } from '../support/run-onnx.ts';

const positive = (size: number): Tensor =>
  float32(
    [size],
    Float32Array.from({ length: size }, (_, i) => i + 0.5),
  );
const image = [2, 3, 4, 5];
const shaped = ({ data }: Tensor, ...dims: number[]): Tensor =>
  float32(dims, (data as Float32Array).slice(0, sizeOf(dims)));

/** An operator of an image x and constants; what it says in opset 6, and in opset 7. */
type Case = [
  op: string,
  old: Record<string, AttributeValue>,
  oldSide: Tensor[],
  now: Record<string, AttributeValue>,
  side: Tensor[],
];
const channels = ramp(3);
const rows = ramp(4, 5);
const cases: Case[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow'].map(
    (op): Case => [op, { broadcast: 1, axis: 1 }, [positive(3)], {}, [shaped(positive(3), 3, 1, 1)]],
  ),
  ['Add', { broadcast: 1, axis: -4 }, [ramp(2)], {}, [shaped(ramp(2), 2, 1, 1, 1)]],
  ['Add', { broadcast: 1, axis: 1 }, [ramp(3, 4)], {}, [shaped(ramp(3, 4), 3, 4, 1)]],
  ['Mul', { broadcast: 1 }, [rows], {}, [rows]],
  ['Mul', { broadcast: 1, axis: 2 }, [rows], {}, [rows]],
  ['Mul', {}, [ramp(...image)], {}, [ramp(...image)]],
  ['PRelu', {}, [channels], {}, [shaped(channels, 3, 1, 1)]],
  ['PRelu', {}, [ramp(1)], {}, [ramp(1)]],
  [
    'BatchNormalization',
    { is_test: 1, epsilon: float(0.25) },
    [channels, ramp(3), ramp(3), positive(3)],
    { epsilon: float(0.25) },
    [channels, ramp(3), ramp(3), positive(3)],
  ],
  ['Dropout', { is_test: 1 }, [], {}, []],
  [
    'Upsample',
    { height_scale: float(2), width_scale: float(3) },
    [],
    { scales: { type: 'floats', value: [1, 1, 2, 3] } },
    [],
  ],
  ['Conv', {}, [ramp(2, 3, 3, 3), ramp(2)], {}, [ramp(2, 3, 3, 3), ramp(2)]],
];

const written = (
  opset: number,
  nodes: readonly OnnxNode[],
  side: readonly Tensor[],
  dims: readonly number[],
) =>
  encodeModel(
    model({
      inputs: { x: dims },
      outputs: { y: undefined },
      constants: Object.fromEntries(side.map((tensor, i) => [`c${i}`, tensor])),
      nodes,
      opset,
    }),
  );

describe('a model of opset 6', () => {
  it.each(cases)('%s %o computes what it does', async (op, old, oldSide, now, side) => {
    const names = side.map((_, i) => `c${i}`);
    const bytes = written(6, [node(op, ['x', ...names], ['y'], old)], oldSide, image);
    const { graph } = await decodeModel(bytes, { file: 'old.onnx' });
    const expected = written(7, [node(op, ['x', ...names], ['y'], now)], side, image);
    const inputs = sampleInputs(graph.inputs);
    expect(await runOnnx(encodeModel(graph), inputs, true)).toEqual(await runOnnx(expected, inputs, true));
  });

  it('Gemm computes what it does', async () => {
    const side = [ramp(5, 4), ramp(4)];
    const gemm = (attributes: Record<string, AttributeValue>) => [
      node('Gemm', ['x', 'c0', 'c1'], ['y'], attributes),
    ];
    const { graph } = await decodeModel(written(6, gemm({ broadcast: 1 }), side, [2, 5]), {
      file: 'old.onnx',
    });
    const inputs = sampleInputs(graph.inputs);
    const expected = await runOnnx(written(7, gemm({}), side, [2, 5]), inputs, true);
    expect(await runOnnx(encodeModel(graph), inputs, true)).toEqual(expected);
  });

  it('is refused where a side is stretched and its place is not known', async () => {
    const unknown = node('Unknown', ['x'], ['u']);
    const add = node('Add', ['u', 'c0'], ['y'], { broadcast: 1, axis: 1 }, 'sum');
    const bytes = written(6, [unknown, add], [ramp(3)], image);
    const error: unknown = await decodeModel(bytes, { file: 'old.onnx' }).catch((e: unknown) => e);
    expect(error instanceof DiagnosticError && error.diagnostics.map(({ code, at }) => [code, at])).toEqual([
      ['onnx/form-unsupported', "node 'sum' (Add, #1)"],
    ]);
  });
});
