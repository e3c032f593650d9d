/** Every form of onnxruntime's own operators, held against onnxruntime on the node as it was. */
import { describe, expect, it } from 'vitest';
import { decomposeLayers } from '../../../passes/lower/decompose-layers.ts';
import { expandFused } from '../../../passes/lower/expand-fused.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import type { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { Graph, Node, OnnxNode } from '../../../src/ir/graph.ts';
import { float32, int8, int32, type Tensor, uint8 } from '../../../src/math/tensor.ts';
import { upgradeOpset } from '../../../src/onnx/upgrade.ts';
import { expectSame, ramp, results } from '../../support/one-node.ts';
import { type AttributeValue, float, model, node } from '../../support/onnx-model.ts';

type Attributes = Readonly<Record<string, AttributeValue>>;

const floats = (...values: number[]): AttributeValue => ({ type: 'floats', value: values });
const scalar = (value: number) => float32([], [value]);
const codes = (...dims: number[]) =>
  int8(
    dims,
    Int8Array.from(ramp(...dims).data as Float32Array, (v) => Math.round(100 * v)),
  );

/** A node of onnxruntime's own domain. */
function own(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): OnnxNode {
  return { ...node(op, inputs, outputs, attributes, 'theirs'), domain: 'com.microsoft' };
}

function graphOf(
  x: readonly (number | string)[],
  constants: Readonly<Record<string, Tensor>>,
  nodes: readonly Node[],
  outputType = 1,
): Graph {
  const plain = model({ inputs: { x }, outputs: {}, constants, nodes, opset: 21 });
  const outputs = [{ name: 'y', elementType: outputType, dims: undefined }];
  return { ...plain, irVersion: 10, opsets: { '': 21, 'com.microsoft': 1 }, outputs };
}

const opsOf = ({ nodes }: Graph) =>
  nodes.map((n) => (n.kind === 'onnx' ? `${n.domain}${n.domain && '.'}${n.op}` : n.kind));

/** @param tolerance of the largest value */
async function holds(graph: Graph, written: readonly string[], tolerance = 1e-6): Promise<Graph> {
  const expanded = expandFused.run(upgradeOpset(graph));
  expect(opsOf(expanded)).toEqual(written);
  expectSame(await results(expanded), await results(graph), tolerance);
  const lowered = lowerLinear.run(decomposeLayers.run(expanded), { file: 'm.onnx' });
  expect(lowered.nodes.filter(({ kind }) => kind === 'mvm')).toHaveLength(1);
  return expanded;
}

describe('FusedConv', () => {
  const constants = { w: ramp(4, 3, 3, 3), b: ramp(4) };
  const activations: [string, Attributes, string][] = [
    ['Relu', {}, 'Relu'],
    ['Tanh', {}, 'Tanh'],
    ['Sigmoid', {}, 'Sigmoid'],
    ['LeakyRelu', { activation_params: floats(0.2) }, 'LeakyRelu'],
    ['HardSigmoid', { activation_params: floats(0.3, 0.4) }, 'HardSigmoid'],
    ['Clip', { activation_params: floats(-0.5, 0.75) }, 'Clip'],
  ];
  it.each(activations)('with %s', async (activation, attributes, op) => {
    const conv = own('FusedConv', ['x', 'w', 'b'], ['y'], { activation, pads: [1, 1, 1, 1], ...attributes });
    await holds(graphOf([1, 3, 6, 5], constants, [conv]), ['Conv', op]);
  });

  it('adds its fourth input before the activation', async () => {
    const conv = own('FusedConv', ['x', 'w', 'b', 'z'], ['y'], { activation: 'Relu', strides: [2, 2] });
    const z = ramp(1, 4, 2, 2);
    await holds(graphOf([1, 3, 6, 5], { ...constants, z }, [conv]), ['Conv', 'Add', 'Relu']);
  });

  it('without weights of its own stays as it is', () => {
    const graph = graphOf([4, 3, 3, 3], {}, [own('FusedConv', ['x', 'x'], ['y'], { activation: 'Relu' })]);
    expect(expandFused.run(graph)).toEqual(graph);
  });
});

describe('FusedGemm and FusedMatMul', () => {
  it('with an activation that has parameters', async () => {
    const attributes = {
      activation: 'LeakyRelu',
      activation_alpha: float(0.3),
      alpha: float(0.5),
      transB: 1,
    };
    const gemm = own('FusedGemm', ['x', 'w', 'b'], ['y'], attributes);
    await holds(graphOf([3, 5], { w: ramp(4, 5), b: ramp(4) }, [gemm]), ['Gemm', 'LeakyRelu']);
  });

  it('with a factor and both sides transposed', async () => {
    const product = own('FusedMatMul', ['x', 'w'], ['y'], { alpha: float(0.125), transA: 1, transB: 1 });
    await holds(graphOf([2, 5, 3], { w: ramp(4, 5) }, [product]), ['Transpose', 'MatMul']);
  });

  it('with a constant left side', async () => {
    const product = own('FusedMatMul', ['w', 'x'], ['y'], { alpha: float(2), transA: 1 });
    await holds(graphOf([5, 3], { w: ramp(5, 4) }, [product]), ['MatMul']);
  });
});

describe('layers on codes with one step per tensor', () => {
  const grids = {
    xs: scalar(0.01),
    xz: uint8([], [120]),
    ys: scalar(0.05),
    yz: uint8([], [101]),
  };
  const quantize = node('QuantizeLinear', ['x', 'xs', 'xz'], ['q']);
  const dequantize = node('DequantizeLinear', ['c', 'ys', 'yz'], ['y']);
  /** Of 255 codes one: where a sum lies between two, either is right. */
  const oneCode = 1 / 255;

  it('QLinearConv with a step per channel and a bias', async () => {
    const constants = {
      ...grids,
      w: codes(4, 3, 3, 3),
      ws: float32([4], [0.01, 0.02, 0.005, 0.012]),
      wz: int8([4], Int8Array.of(0, 0, 0, 0)),
      b: int32([4], [100, -2000, 30, 4]),
    };
    const inputs = ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz', 'b'];
    const conv = node('QLinearConv', inputs, ['c'], { pads: [1, 1, 1, 1] }, 'theirs');
    const written = ['QuantizeLinear', 'DequantizeLinear', 'Conv', 'QuantizeLinear', 'DequantizeLinear'];
    const graph = graphOf([2, 3, 6, 5], constants, [quantize, conv, dequantize]);
    const expanded = await holds(graph, written, oneCode);
    // real = step * code; the bias in steps of the products
    const real = [...expanded.constants].find(([name]) => name.startsWith('w/'))![1];
    expect(real.data[0]).toBe(Math.fround(Math.fround(0.01) * (constants.w.data[0] as number)));
  });

  it('QLinearConv with channels last', async () => {
    const constants = { ...grids, w: codes(4, 3, 1, 3), ws: scalar(0.01), wz: int8([], Int8Array.of(0)) };
    const inputs = ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'];
    const conv = own('QLinearConv', inputs, ['c'], { channels_last: 1 });
    await holds(
      graphOf([2, 6, 5, 3], constants, [quantize, conv, dequantize]),
      [
        'QuantizeLinear',
        'DequantizeLinear',
        'Transpose',
        'Conv',
        'Transpose',
        'QuantizeLinear',
        'DequantizeLinear',
      ],
      oneCode,
    );
  });

  it('QLinearMatMul with a step and zero point per column', async () => {
    const constants = {
      ...grids,
      w: uint8(
        [5, 3],
        Uint8Array.from({ length: 15 }, (_, i) => (i * 37) % 256),
      ),
      ws: float32([3], [0.01, 0.02, 0.005]),
      wz: uint8([3], [128, 100, 90]),
    };
    const product = node(
      'QLinearMatMul',
      ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'],
      ['c'],
      {},
      'theirs',
    );
    const written = ['QuantizeLinear', 'DequantizeLinear', 'MatMul', 'QuantizeLinear', 'DequantizeLinear'];
    await holds(graphOf([2, 5], constants, [quantize, product, dequantize]), written, oneCode);
  });

  const gemm = {
    ...grids,
    w: codes(3, 5),
    ws: float32([3], [0.01, 0.02, 0.005]),
    wz: int8([3], Int8Array.of(0, 0, 0)),
    b: int32([3], [50, -70, 900]),
  };
  it('QGemm to codes', async () => {
    const inputs = ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'b', 'ys', 'yz'];
    const product = own('QGemm', inputs, ['c'], { transB: 1, alpha: float(1) });
    const written = ['QuantizeLinear', 'DequantizeLinear', 'Gemm', 'QuantizeLinear', 'DequantizeLinear'];
    await holds(graphOf([2, 5], gemm, [quantize, product, dequantize]), written, oneCode);
  });

  it('QGemm to real numbers', async () => {
    const product = own('QGemm', ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'b'], ['y'], {
      transB: 1,
      alpha: float(1),
    });
    const { ys: _, yz: __, ...constants } = gemm;
    await holds(graphOf([2, 5], constants, [quantize, product]), [
      'QuantizeLinear',
      'DequantizeLinear',
      'Gemm',
    ]);
  });

  it('with weights that are computed at run time stay as they are', () => {
    const inputs = ['q', 'xs', 'xz', 'q', 'xs', 'xz', 'ys', 'yz'];
    const graph = graphOf([5, 5], grids, [quantize, node('QLinearMatMul', inputs, ['c']), dequantize]);
    expect(expandFused.run(graph)).toEqual(graph);
  });
});

describe('products of codes', () => {
  const quantize = node('QuantizeLinear', ['x', 'xs', 'xz'], ['q']);
  const grid = { xs: scalar(0.01), xz: uint8([], [120]) };
  const cast = node('Cast', ['c'], ['y'], { to: 1 });

  it('MatMulInteger gives the same sums', async () => {
    const constants = { ...grid, w: codes(5, 3), wz: int8([3], Int8Array.of(0, 4, -7)) };
    const product = node('MatMulInteger', ['q', 'w', 'xz', 'wz'], ['c'], {}, 'theirs');
    const written = ['QuantizeLinear', 'DequantizeLinear', 'MatMul', 'Round', 'Cast', 'Cast'];
    await holds(graphOf([2, 5], constants, [quantize, product, cast]), written, 0);
  });

  it('MatMulInteger without zero points', async () => {
    const product = node('MatMulInteger', ['q', 'w'], ['c'], {}, 'theirs');
    const written = ['QuantizeLinear', 'Cast', 'MatMul', 'Round', 'Cast', 'Cast'];
    await holds(graphOf([2, 5], { ...grid, w: codes(5, 3) }, [quantize, product, cast]), written, 0);
  });

  it('ConvInteger gives the same sums', async () => {
    const constants = { ...grid, w: codes(4, 3, 3, 3) };
    const conv = node('ConvInteger', ['q', 'w', 'xz'], ['c'], { strides: [2, 1] }, 'theirs');
    const written = ['QuantizeLinear', 'DequantizeLinear', 'Conv', 'Round', 'Cast', 'Cast'];
    await holds(graphOf([2, 3, 6, 5], constants, [quantize, conv, cast]), written, 0);
  });

  describe('of inputs that are quantized at every run', () => {
    const dynamic = node('DynamicQuantizeLinear', ['x'], ['q', 'xs', 'xz']);
    /** Half a step of the input's codes on every input, with every weight at 1. */
    const rounding = 0.02;

    it('MatMulInteger takes what was rounded', async () => {
      const constants = { w: codes(5, 3), ws: scalar(0.01) };
      const nodes = [
        dynamic,
        node('MatMulInteger', ['q', 'w', 'xz'], ['c'], {}, 'theirs'),
        node('Cast', ['c'], ['f'], { to: 1 }),
        node('Mul', ['xs', 'ws'], ['s']),
        node('Mul', ['f', 's'], ['y']),
      ];
      const written = ['DynamicQuantizeLinear', 'MatMul', 'Div', 'Round', 'Cast', 'Cast', 'Mul', 'Mul'];
      const expanded = await holds(graphOf([2, 5], constants, nodes), written, rounding);
      expect(expanded.nodes[1]).toMatchObject({ inputs: ['x', expect.any(String)] });
    });

    it('MatMulIntegerToFloat takes what was rounded', async () => {
      const constants = { w: codes(5, 3), ws: float32([3], [0.01, 0.02, 0.03]), b: ramp(3) };
      const product = own('MatMulIntegerToFloat', ['q', 'w', 'xs', 'ws', 'xz', '', 'b'], ['y']);
      const written = ['DynamicQuantizeLinear', 'MatMul', 'Add'];
      await holds(graphOf([2, 5], constants, [dynamic, product]), written, rounding);
    });

    it('DynamicQuantizeMatMul is one product', async () => {
      const constants = { w: codes(5, 3), ws: scalar(0.01), wz: int8([], Int8Array.of(3)), b: ramp(3) };
      const product = own('DynamicQuantizeMatMul', ['x', 'w', 'ws', 'wz', 'b'], ['y']);
      await holds(graphOf([2, 5], constants, [product]), ['MatMul', 'Add'], rounding);
    });
  });

  it('MatMulIntegerToFloat of codes with a step that is known', async () => {
    const constants = { ...grid, w: codes(5, 3), ws: scalar(0.01) };
    const product = own('MatMulIntegerToFloat', ['q', 'w', 'xs', 'ws', 'xz'], ['y']);
    const written = ['QuantizeLinear', 'DequantizeLinear', 'Mul', 'MatMul'];
    await holds(graphOf([2, 5], constants, [quantize, product]), written);
  });
});

describe('MatMulNBits', () => {
  const [K, N, block] = [40, 3, 16];
  const blocks = Math.ceil(K / block);
  const packed = (bits: number) =>
    uint8(
      [N, blocks, (block * bits) / 8],
      Uint8Array.from({ length: (N * blocks * block * bits) / 8 }, (_, i) => (i * 89 + 7) % 256),
    );
  const s = float32(
    [N * blocks],
    Array.from({ length: N * blocks }, (_, i) => 0.01 * (i + 1)),
  );
  const attributes = (bits: number) => ({ K, N, bits, block_size: block });

  it('with the middle of the codes as zero point', async () => {
    const product = own('MatMulNBits', ['x', 'w', 's'], ['y'], attributes(4));
    await holds(graphOf([2, K], { w: packed(4), s }, [product]), ['MatMul'], 1e-5);
  });

  it('with packed zero points', async () => {
    const z = uint8([N * Math.ceil(blocks / 2)], [0x72, 0x0a, 0x38, 0x05, 0xf1, 0x09]);
    const product = own('MatMulNBits', ['x', 'w', 's', 'z'], ['y'], attributes(4));
    await holds(graphOf([2, K], { w: packed(4), s, z }, [product]), ['MatMul'], 1e-5);
  });

  it('with fewer codes than it says stays as it is', () => {
    const product = own('MatMulNBits', ['x', 'w', 's'], ['y'], { ...attributes(4), N: N + 1 });
    const graph = graphOf([2, K], { w: packed(4), s }, [product]);
    expect(expandFused.run(graph)).toEqual(graph);
  });

  it('with 8 bits, and a bias', async () => {
    const product = own('MatMulNBits', ['x', 'w', 's', '', '', 'b'], ['y'], attributes(8));
    await holds(graphOf([2, K], { w: packed(8), s, b: ramp(N) }, [product]), ['MatMul', 'Add'], 1e-5);
  });
});

describe('what is left', () => {
  const conv = own('FusedConv', ['x', 'w'], ['y'], { activation: 'Relu' });
  const graph = graphOf([1, 3, 4, 4], { w: ramp(2, 3, 1, 1) }, [conv]);

  it('are layers that the options keep digital', () => {
    expect(expandFused.run(graph, { keepDigital: ({ name }) => name === 'theirs' })).toEqual(graph);
  });

  it('are layers in the layout of one processor, with what to do', () => {
    const blocked = { ...graph, nodes: [{ ...conv, op: 'Conv', domain: 'com.microsoft.nchwc' }] };
    const failed = (): unknown => expandFused.run(blocked, { file: 'm.onnx' });
    try {
      failed();
      expect.unreachable();
    } catch (error) {
      const [diagnostic] = (error as DiagnosticError).diagnostics;
      expect(diagnostic).toMatchObject({ code: 'onnx/blocked-layout', at: 'm.onnx' });
      expect(diagnostic!.notes.join()).toContain("'extended'");
    }
    expect(expandFused.run(blocked, { unchecked: true })).toEqual(blocked);
  });
});
