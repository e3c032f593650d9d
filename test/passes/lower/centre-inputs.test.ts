import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { centreInputs } from '../../../passes/lower/centre-inputs.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { openStream } from '../../../src/math/random.ts';
import { float32, int64, sizeOf } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { measureCentres } from '../../../src/record/centres.ts';
import { model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { largestError, runOnnx } from '../../support/run-onnx.ts';

const draws = openStream(11, 'test', 0);
const drawn = (...dims: number[]) =>
  float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => draws.normal()),
  );

/** Two pointwise convolutions of one value, a padded one, and a product of what is left of the first. */
const graph = lowerLinear.run(
  model({
    inputs: { x: [1, 3, 4, 4] },
    outputs: { y: undefined, z: undefined, w: undefined },
    constants: {
      ...{ a: drawn(5, 3, 1, 1), b: drawn(5), c: drawn(2, 3, 1, 1), d: drawn(2, 3, 3, 3), e: drawn(16, 3) },
      shape: int64([2], [5, 16]),
    },
    nodes: [
      node('Conv', ['x', 'a', 'b'], ['p'], {}, 'first'),
      node('Conv', ['x', 'c'], ['z'], {}, 'beside'),
      node('Conv', ['x', 'd'], ['w'], { pads: [1, 1, 1, 1] }, 'padded'),
      node('Relu', ['p'], ['r']),
      node('Reshape', ['r', 'shape'], ['s']),
      node('MatMul', ['s', 'e'], ['y'], {}, 'product'),
    ],
  }),
  { file: 'm' },
);

/** Channels around 4, -2 and 0, with deviations 1, 2 and 0.5. */
const inputs = Array.from({ length: 32 }, () => {
  const values = Float32Array.from({ length: 48 }, (_, i) => {
    const channel = Math.floor(i / 16);
    return [4, -2, 0][channel]! + [1, 2, 0.5][channel]! * draws.normal();
  });
  return { x: float32([1, 3, 4, 4], values) };
});
const samples = { length: inputs.length, sample: async (i: number) => ({ feeds: inputs[i]! }) };
const unmoved = inputs.map(({ x }) => ({
  x: { ...x, data: Float32Array.from(x.data as Float32Array, (v, i) => v - [4, -2, 0][Math.floor(i / 16)]!) },
}));

it('the means of channels are taken where rows carry them, and nothing else', async () => {
  const centres = await measureCentres(graph, samples);
  // Neither padding nor what has hardly a mean.
  expect([...centres.keys()]).toEqual(expect.arrayContaining(['p', 'z']));
  expect(centres.has('w')).toBe(false);
  // 16 samples of 16 positions: within four standard errors.
  const [four, two, none] = centres.get('p')!;
  expect(Math.abs(four! - 4)).toBeLessThan((4 * 1) / 16);
  expect(Math.abs(two! + 2)).toBeLessThan((4 * 2) / 16);
  expect(Math.abs(none!)).toBeLessThan((4 * 0.5) / 16);
  const without = { length: 16, sample: async (i: number) => ({ feeds: unmoved[i]! }) };
  expect((await measureCentres(graph, without)).has('p')).toBe(false);
});

it('what the network computes stays the same', async () => {
  const centres = await measureCentres(graph, samples);
  const centred = centreInputs.run(graph, { centres });
  verifyGraph(centred, 'lower');
  // Both convolutions are fed by one subtraction, the product by another.
  const taken = centred.nodes.filter((n) => n.kind === 'onnx' && n.op === 'Sub');
  expect(taken).toHaveLength(centres.has('y') ? 2 : 1);
  const data = inputs[0]!.x.data as Float32Array;
  const run = (of: typeof graph) =>
    runOnnx(encodeModel(restoreLayers(of)), { x: new Tensor('float32', data, [1, 3, 4, 4]) });
  expect(largestError(await run(graph), await run(centred))).toBeLessThan(1e-5);
  // The deviation of an input from its mean drives the first layer, nothing else.
  const layer = centred.nodes.find((n) => n.kind === 'mvm' && n.output === 'p');
  expect(layer).toMatchObject({ input: 'x/centred_2' });
});
