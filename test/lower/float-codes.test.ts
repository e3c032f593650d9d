/** Floats in place of bytes, for devices: the same codes as cell by cell, on the processor, and on a device of software. */
import { describe, expect, it } from 'vitest';
import { withFloatCodes } from '../../src/lower/float-codes.ts';
import { float32, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { model, node } from '../support/onnx-model.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';
import { compareWithDirect, convModel, exact, matMulModel, transfer, writeVerify } from './against-direct.ts';

const dense = matMulModel([3], 20, 11);
const conv = convModel([5, 4, 4], [6, 5, 3, 3], { pads: [1, 1, 1, 1] });
const grouped = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
const graphs = { dense, conv, grouped };
const bent = { gainSpread: 0.05, offsetSpread: 2.5, nonlinearity: [3, -2.5, 0.25, 1.5, -4] };

describe('on the processor, against the direct MVM', () => {
  const floats = 'cpu';

  it.each([4, 8, 10])('%i-bit converters, exact and programmed cells', async (bits) => {
    for (const target of [exact({ adc: { bits }, slices: 1 }), writeVerify({ adc: { bits } })])
      for (const inputNumbers of ['binary', 'sign-magnitude'] as const)
        for (const graph of [dense, conv])
          await compareWithDirect({ graph, target, floats, options: { inputNumbers } });
  });

  it.each([
    ['binary', 4, 1],
    ['sign-magnitude', 9, 1],
    ['binary', 13, 1],
    ['binary', 8, 4],
    ['sign-magnitude', 16, 3],
  ] as const)('%s inputs of %i bits, drivers of %i', async (inputNumbers, inputBits, bits) => {
    for (const graph of [dense, conv])
      for (const low of [-1, 0])
        await compareWithDirect({
          ...{ graph, low, floats },
          target: writeVerify({ driver: { bits, polarity: 'unipolar' } }),
          options: { inputNumbers, inputBits, signedActivations: low < 0 },
        });
  });

  it.each(Object.entries(graphs))('%s: errors of converters, copies, tiles', async (_, graph) => {
    await compareWithDirect({ graph, floats, target: writeVerify({ adcErrors: bent }) });
    await compareWithDirect({ graph, floats, target: writeVerify({ slices: 2 }), options: { copies: 2 } });
    await compareWithDirect({ graph, floats, target: transfer() });
  });
});

describe.skipIf(!softwareVulkan)('on WebGPU of software, against the direct MVM', () => {
  it.each(Object.entries(graphs))('%s', async (_, graph) => {
    await compareWithDirect({ graph, floats: 'webgpu', target: writeVerify() });
    await compareWithDirect({ graph, floats: 'webgpu', target: exact({ adc: { bits: 8 } }) });
  });
});

describe("operators that are no layers'", () => {
  const run = async (graph: Parameters<typeof encodeModel>[0]) => {
    const session = await openSession(encodeModel(graph), { threads: 1 });
    const values = Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i) * 4);
    return session.run({ x: float32([2, 12], values) });
  };
  const part = (i: number) => `part_${i}`;
  const parts = Array.from({ length: 12 }, (_, i) => part(i));

  it('bytes that something else reads stay bytes; splits and sums are written otherwise, with the same bits', async () => {
    const written = model({
      inputs: { x: [2, 12] },
      outputs: {},
      constants: {
        scale: float32([], [0.03]),
        zero: uint8([], [100]),
        low: uint8([], [90]),
        high: uint8([], [200]),
      },
      nodes: [
        node('QuantizeLinear', ['x', 'scale', 'zero'], ['codes']),
        node('Clip', ['codes', 'low', 'high'], ['bytes']),
        node('Split', ['x'], parts, { axis: 1, num_outputs: 12 }),
        node('Sum', parts, ['y']),
      ],
      opset: 21,
    });
    const outputs = ['bytes', 'y'].map((name) => ({ name, elementType: 0, dims: undefined }));
    const graph = { ...written, outputs };
    const floats = withFloatCodes(graph);
    const operators = floats.nodes.map((made) => made.kind === 'onnx' && made.op);
    expect(operators).toContain('QuantizeLinear');
    expect(operators).not.toContain('Split');
    expect(operators).not.toContain('Sum');
    expect(await run(floats)).toEqual(await run(graph));
  });
});
