/** The table of images per second on a device, of a chip of one small layer. */
import { describe, expect, it } from 'vitest';
import { measureDevice } from '../../bench/device.ts';
import { float32 } from '../../src/math/tensor.ts';
import { loaded } from '../chip/bench.ts';
import { writeVerify } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';

const weights = Float32Array.from({ length: 4 * 3 * 9 }, (_, i) => Math.sin(1.7 * i * i));
const graph = model({
  inputs: { x: ['N', 3, 6, 6] },
  outputs: { y: undefined },
  constants: { w: float32([4, 3, 3, 3], weights) },
  nodes: [node('Conv', ['x', 'w'], ['y'])],
});

/** @param asked how often there is time left, of all times that it is asked */
async function tableOf(asked: number): Promise<string> {
  const target = loaded(writeVerify());
  const feeds = [1, 2].map((seed) => drawFeeds(graph.inputs, seed));
  const compiled = await compileModel(modelOf(graph), target, feeds);
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, target);
    const printed: string[] = [];
    const print = (text: string) => void printed.push(text);
    let times = 0;
    const left = () => (times++ < asked ? 1000 : 0);
    await measureDevice(pkg, chip, graph.inputs[0]!, { device: 'webgpu', left, print });
    return printed.join('');
  });
}

describe.skipIf(!softwareVulkan)('on WebGPU of software', () => {
  it('has a row per batch until no time is left, the adapter, and what the check found', async () => {
    const table = await tableOf(5);
    const rows = [...table.matchAll(/^\| webgpu \| (\d+) \| [\d.e+]+ \| [\d.]+ \|$/gm)];
    expect(rows.map(([, size]) => Number(size))).toEqual([1, 2, 4]);
    expect(table).toMatch(/^\| webgpu \| 8 \| no time was left \| {2}\|$/m);
    expect(table).toMatch(/^\| the processor, \d+ threads \| 1 \| [\d.e+]+ \| 1\.00 \|$/m);
    expect(table).toMatch(/webgpu \(Vulkan, driver .*\); all of 128 outputs of layers on 2 samples/);
  });
});
