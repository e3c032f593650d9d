/** The self check fails where the reference computes otherwise, though nearly all of an output is 0 whatever happens. */
import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { loadTarget } from '../../src/target/load.ts';
import { answersAsRecorded, checkKnownAnswer } from '../../src/verify/known-answer.ts';
import { compileModel, drawFeeds, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const size = 48;
const weights = Float32Array.from({ length: 18 }, (_, i) => ((i * 7) % 11) / 11 - 0.4);

/** Maps of two classes, of which the first is far below 0 everywhere; rectified, or as a mask of the larger one. */
function segmentation(last: 'rectified' | 'mask') {
  const graph = model({
    inputs: { x: [1, 1, size, size] },
    outputs: { y: undefined },
    constants: { w: float32([2, 1, 3, 3], weights), b: float32([2], [-10, 0.1]) },
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['maps'], { pads: [1, 1, 1, 1] }),
      last === 'rectified'
        ? node('Relu', ['maps'], ['y'])
        : node('ArgMax', ['maps'], ['y'], { axis: 1, keepdims: 0 }),
    ],
  });
  const elementType = last === 'rectified' ? 1 : 7;
  return modelOf({ ...graph, outputs: [{ name: 'y', elementType, dims: undefined }] });
}

/** The package with another constant in its reference. */
function withConstant(pkg: Package, name: string, change: (values: Float32Array) => Float32Array): Package {
  const tensor = pkg.reference.constants.get(name) as Tensor & { readonly data: Float32Array };
  const constants = new Map(pkg.reference.constants);
  constants.set(name, float32(tensor.dims, change(tensor.data)));
  return { ...pkg, reference: { ...pkg.reference, constants } };
}

describe.each(['rectified', 'mask'] as const)('the self check of a segmentation, %s', (last) => {
  it('passes here, and fails where scales or biases are others', async () => {
    const subject = segmentation(last);
    const feeds = [drawFeeds(subject.graph.inputs, 1)];
    await withPackage(await compileModel(subject, await loadTarget('ideal'), feeds), async (pkg) => {
      const { y } = pkg.manifest.knownAnswers;
      const count = last === 'rectified' ? 2 * size * size : size * size;
      expect(y!.values).toHaveLength(1024);
      expect(y!.places!.at(0)).toBeLessThan(count / 1024);
      expect(y!.places!.at(-1)).toBeGreaterThanOrEqual(Math.floor(count - count / 1024));
      expect(await checkKnownAnswer(pkg)).toMatchObject({ maxDifference: 0 });
      const wrong = {
        'maps/scale': (value: number) => 1.05 * value,
        'maps/bias': (value: number) => value + 0.1,
      };
      for (const [name, change] of Object.entries(wrong)) {
        const other = withConstant(pkg, name, (values) => values.map((v, i) => (i === 1 ? change(v) : v)));
        expect([name, answersAsRecorded(await checkKnownAnswer(other))]).toEqual([name, false]);
      }
    });
  });
});
