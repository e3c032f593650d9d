/** Corrections of a programmed chip: known errors are recovered, and random ones reduced. */
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded, writeVerifyTarget } from '../chip/bench.ts';
import { convModel, exact, matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';

/** Root mean square distance of a chip's outputs to the integer reference's, over the reference's spread. */
async function errorOf(pkg: Package, chip: Chip, graph: Graph): Promise<number> {
  const reference = await openSession(encodeModel(pkg.reference));
  const session = await simulate(pkg, chip);
  let [noise, signal] = [0, 0];
  for (const seed of [101, 102, 103]) {
    const inputs = drawFeeds(graph.inputs, seed);
    const wanted = (await reference.run(inputs)).y!.data as Float32Array;
    const got = (await session.run(inputs)).y!.data as Float32Array;
    wanted.forEach((value, i) => {
      noise += (value - got[i]!) ** 2;
      signal += value ** 2;
    });
  }
  for (const s of [reference, session]) await s.release();
  return Math.sqrt(noise / signal);
}

async function compiled<T>(
  graph: Graph,
  target: Target,
  use: (pkg: Package, chip: Chip) => Promise<T>,
): Promise<T> {
  const feeds = Array.from({ length: 16 }, (_, i) => drawFeeds(graph.inputs, i + 1));
  return withPackage(await compileModel(modelOf(graph), loaded(target), feeds), async (pkg) =>
    use(pkg, await programPackage(pkg, loaded(target))),
  );
}

describe('corrections of a chip', () => {
  const columns = 6;
  const gains = [1, 1.2, 0.8, 1.05, 0.9, 1];
  const offsets = [0, 3, -2, 7, 0, -5];

  it('recovers the gain and offset of every column', async () => {
    await compiled(matMulModel([8], 16, columns), exact({ adc: { bits: 16 } }), async (pkg, chip) => {
      const [layer] = pkg.layers;
      const [tile] = layer!.tiles;
      expect(layer!.tiles.length).toBe(1);
      const cells = chip.conductances[0]!.map((g, i) => g * (gains[((i % 16) - tile!.column) >> 1] ?? 1));
      const settings = chip.converters.get(tile!.block)!;
      const shifted = { ...settings, zero: settings.zero.map((z, c) => z + offsets[c]!) };
      const wrong: Chip = { ...chip, conductances: [cells], converters: new Map([[tile!.block, shifted]]) };
      const graph = matMulModel([8], 16, columns);
      expect(await errorOf(pkg, chip, graph)).toBe(0);
      expect(await errorOf(pkg, wrong, graph)).toBeGreaterThan(0.1);
      const repaired = await correctChip(pkg, wrong);
      expect(await errorOf(pkg, repaired, graph)).toBeLessThan(0.005);
      const { gain } = repaired.calibration!.columns.get('y')!;
      gains.forEach((g, c) => {
        expect(gain[c]! * g).toBeCloseTo(1, 2);
      });
    });
  });

  it('leaves a chip alone that computes exactly, and calibrates none of its layers', async () => {
    const calibrated = async (target: Target) =>
      compiled(matMulModel([4], 16, 5), target, async (pkg, chip) => {
        let layers = 0;
        const onLayer = (done: number) => {
          layers = done;
        };
        const corrected = await correctChip(pkg, chip, { onLayer });
        return { layers, same: corrected === chip };
      });
    expect(await calibrated(exact({ adc: { bits: 16 } }))).toEqual({ layers: 0, same: true });
    expect(await calibrated(exact({ adc: { bits: 4 } }))).toEqual({ layers: 1, same: false });
  });

  it('reduces the error of cells that were programmed badly', async () => {
    const { programming, ...target } = writeVerifyTarget;
    if (programming.scheme !== 'write-verify') throw new Error('another scheme');
    const coarse: Target = {
      ...target,
      programming: { ...programming, tolerance: 400e-6 },
      adc: { ...target.adc, bits: 10 },
    };
    for (const graph of [
      matMulModel([16], 40, 12),
      convModel([8, 6, 6], [8, 1, 3, 3], { group: 8, pads: [1, 1, 1, 1] }),
      convModel([5, 6, 6], [6, 5, 3, 3], { strides: [2, 2] }),
    ]) {
      await compiled(graph, coarse, async (pkg, chip) => {
        const before = await errorOf(pkg, chip, graph);
        const after = await errorOf(pkg, await correctChip(pkg, chip), graph);
        expect(before).toBeGreaterThan(0.01);
        expect(after).toBeLessThan(0.9 * before);
      });
    }
  });
});
