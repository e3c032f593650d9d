/** Whether a device is there, and what is refused of one. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { findAdapter } from '../../src/runtime/device.ts';
import { openSession } from '../../src/runtime/session.ts';
import {
  countWronglyRounded,
  openDevice,
  raiseDisagreement,
  roundingGraph,
} from '../../src/simulate/check-device.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loaded } from '../chip/bench.ts';
import { convModel, writeVerify } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';

const problemOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  expect(error).toBeInstanceOf(DiagnosticError);
  return (error as DiagnosticError).diagnostics[0]!;
};

describe('what is not there', () => {
  let before: string | undefined;
  beforeAll(() => {
    before = process.env.VK_ICD_FILENAMES;
  });

  it('an adapter of WebGPU: the diagnostic says what the driver says', async () => {
    process.env.VK_ICD_FILENAMES = '/nowhere.json';
    const problem = await problemOf(openDevice('webgpu'));
    if (before === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = before;
    expect(problem).toMatchObject({ code: 'device/not-there', at: '--device webgpu', exit: 52 });
    expect(problem.message).toMatch(/no adapter: /);
  });

  it('the libraries of CUDA, which onnxruntime-node does not bring', async () => {
    const problem = await problemOf(openDevice('cuda'));
    expect(problem).toMatchObject({ code: 'device/not-there', at: '--device cuda' });
  });

  it('a model that no session opens', async () => {
    const problem = await problemOf(findAdapter('webgpu', Uint8Array.of(1, 2, 3)));
    expect(problem.code).toBe('device/not-there');
  });

  it('what a session meets there is no fault of the model', async () => {
    const problem = await problemOf(openSession(encodeModel(roundingGraph()), { device: 'cuda' }));
    expect(problem).toMatchObject({ code: 'device/failed', at: '--device cuda', exit: 52 });
  });

  it('the processor needs no check', async () => {
    expect(await openDevice('cpu')).toBe(undefined);
    expect(await openDevice(undefined)).toBe(undefined);
  });
});

describe('the check of what is rounded', () => {
  it('passes on the processor, and finds an offset that does not round', async () => {
    const graph = roundingGraph();
    expect(await countWronglyRounded(graph, 'cpu')).toBe(0);
    const constants = [...graph.constants].map(
      ([name, tensor]) =>
        [name, name.endsWith('/offset') ? { ...tensor, data: Float32Array.of(0) } : tensor] as const,
    );
    expect(await countWronglyRounded({ ...graph, constants: new Map(constants) }, 'cpu')).toBeGreaterThan(
      700,
    );
  });

  it('a few outputs may differ, and one in a thousand; more are refused with the figure', () => {
    const found = (values: number, differing: number) => () =>
      raiseDisagreement('webgpu', 'some card', { samples: 1, values, differing });
    expect(found(40, 2)).not.toThrow();
    expect(found(10_000, 10)).not.toThrow();
    expect(found(10_000, 11)).toThrow('device/disagrees');
    expect(found(10_000, 11)).toThrow('11 of 10000');
  });
});

describe.skipIf(!softwareVulkan)('WebGPU of software', () => {
  it('a chip runs on it after the check, and gives nearly the same', async () => {
    const graph = convModel([3, 6, 6], [8, 3, 3, 3], { pads: [1, 1, 1, 1] });
    const target = loaded(writeVerify());
    const feeds = [1, 2, 3].map((seed) => drawFeeds(graph.inputs, seed, 0, 1, 2));
    const compiled = await compileModel(modelOf(graph), target, feeds);
    await withPackage(compiled, async (pkg) => {
      const chip = await programPackage(pkg, target);
      const here = await simulate(pkg, chip);
      const there = await simulate(pkg, chip, { device: 'webgpu' });
      expect(here.device).toBe(undefined);
      expect(there.device).toMatchObject({ name: 'webgpu', check: { samples: 3, values: 3 * 2 * 8 * 36 } });
      expect(there.device!.adapter).toContain('swiftshader');
      const [right, got] = [await here.run(feeds[0]!), await there.run(feeds[0]!)];
      const values = right.y!.data as Float32Array;
      const largest = Math.max(...values.map(Math.abs));
      const differing = values.filter(
        (value, i) => Math.abs(value - Number(got.y!.data[i])) > 1e-5 * largest,
      );
      expect(differing.length).toBeLessThanOrEqual(2);
      await here.release();
      await there.release();
    });
  });

  it('its adapter is named by its driver', async () => {
    expect(await findAdapter('webgpu', encodeModel(roundingGraph()))).toMatch(/^Vulkan, driver /);
  });
});
