/** host.onnx and reference.onnx are taken by readers as old as Debian's onnx, and say what lies between their nodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { float32, int64 } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { openPackage } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { checkOnnx, hasOnnx } from '../support/onnx-checker.ts';
import { float, model, node } from '../support/onnx-model.ts';

const ramp = (dims: readonly number[]) => {
  const length = dims.reduce((a, b) => a * b, 1);
  return float32(
    dims,
    Float32Array.from({ length }, (_, i) => ((i * 7) % 11) / 11 - 0.4),
  );
};

/** Layers of every geometry, and operators whose newer forms opset 17 has not: reductions with axes, Split, Pad, Resize. */
const network = model({
  inputs: { x: ['N', 2, 8, 8] },
  outputs: { y: ['N', 5], label: undefined },
  constants: {
    w: ramp([4, 2, 3, 3]),
    v: ramp([4, 1, 3, 3]),
    m: ramp([4, 5]),
    axes: int64([2], [2, 3]),
    pads: int64([8], [0, 0, 1, 1, 0, 0, 1, 1]),
    scales: float32([4], [1, 1, 2, 2]),
  },
  nodes: [
    node('Conv', ['x', 'w'], ['c'], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
    node('LeakyRelu', ['c'], ['r'], { alpha: float(0.1) }),
    node('Split', ['r'], ['a', 'b'], { axis: 1, num_outputs: 2 }),
    node('Concat', ['b', 'a'], ['s'], { axis: 1 }),
    node('Pad', ['s', 'pads'], ['p']),
    node('Conv', ['p', 'v'], ['d'], { group: 4 }),
    node('Resize', ['d', '', 'scales'], ['u'], { mode: 'nearest' }),
    node('ReduceMean', ['u', 'axes'], ['e'], { keepdims: 0 }),
    node('MatMul', ['e', 'm'], ['z']),
    node('Softmax', ['z'], ['y']),
    node('ArgMax', ['y'], ['l'], { axis: 1, keepdims: 0 }),
    node('Cast', ['l'], ['label'], { to: 1 }),
  ],
  opset: 18,
});

/** The same with an operator that came with opset 20. */
const newer = {
  ...network,
  nodes: network.nodes.map((n) =>
    n.kind === 'onnx' && n.op === 'LeakyRelu' ? { ...n, op: 'Gelu', attributes: {} } : n,
  ),
  opsets: { '': 20 },
};

const files = [packageFiles.host, packageFiles.reference];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-checker-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(graph: Graph, name: string): Promise<string> {
  const subject = modelOf({
    ...graph,
    outputs: graph.outputs.map((o) => (o.name === 'label' ? { ...o, elementType: 1, dims: ['N'] } : o)),
  });
  const compiled = await compileModel(subject, await loadTarget('ideal'), [
    drawFeeds(subject.graph.inputs, 1),
  ]);
  const place = join(folder, name);
  await writePackage(compiled, place);
  return place;
}

describe('a package whose operators opset 17 has', () => {
  let place: string;
  beforeAll(async () => {
    place = await write(network, 'old.xbar');
  });

  it('is read back in the opset in which it was compiled', async () => {
    const { host, reference } = await openPackage(place);
    expect([host.opsets[''], reference.opsets['']]).toEqual([21, 21]);
  });

  describe.skipIf(!hasOnnx)("for Debian's onnx 1.12 (skipped where python3-onnx is not installed)", () => {
    it.each(files)('%s passes its checker and shape inference', (file) => {
      const checked = checkOnnx(join(place, file));
      expect([checked.opset[''], checked.ir]).toEqual([17, 8]);
      // The file says of every value what it is, and wherever shape inference finds anything by itself, it finds the same.
      expect(Object.keys(checked.said).sort()).toEqual(checked.values);
      for (const [name, [type, dims]] of Object.entries(checked.found)) {
        const [saidType, saidDims] = checked.said[name]!;
        expect([name, type]).toEqual([name, saidType]);
        expect([name, dims?.map((d, i) => saidDims?.[i] ?? d) ?? saidDims]).toEqual([
          name,
          saidDims?.map((d, i) => dims?.[i] ?? d) ?? dims,
        ]);
      }
      const space = { c: [4, 4, 4], p: [4, 6, 6], d: [4, 4, 4], z: [5] };
      for (const [name, dims] of Object.entries(space))
        expect(checked.said[name]).toEqual([1, [null, ...dims]]);
    });
  });
});

it('a package with a newer operator has the opset that the operator needs', async () => {
  const place = await write(newer, 'new.xbar');
  for (const file of files) {
    const { graph } = await readModel(join(place, file));
    expect([graph.opsets[''], graph.irVersion]).toEqual([20, 9]);
  }
});
