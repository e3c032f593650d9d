/** Sums of inputs on a programmed chip: taken where neighbouring inputs are alike, and refused where they are not. */
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import { correctionCost } from '../../src/correct/correction-cost.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loaded } from '../chip/bench.ts';
import { exact } from '../lower/against-direct.ts';
import { compileModel, type Feeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const [channels, size, wide] = [8, 6, 64];

function normals(seed: number, ...dims: number[]) {
  const stream = openStream(seed, 'box-sums-test', 0);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
}

/** A depthwise convolution, and one that makes many channels of its outputs. */
const graph = model({
  inputs: { x: [1, channels, size, size] },
  outputs: { y: undefined },
  constants: { w: normals(1, channels, 1, 3, 3), v: normals(2, wide, channels, 1, 1) },
  nodes: [
    node('Conv', ['x', 'w'], ['depthwise'], { group: channels }),
    node('Conv', ['depthwise', 'v'], ['y']),
  ],
});

/** Images of one level per channel, and so much texture. */
function image(seed: number, texture: number): Feeds {
  const levels = normals(seed, channels).data as Float32Array;
  const pixels = normals(seed + 1000, channels, size, size).data as Float32Array;
  const values = pixels.map((pixel, at) => levels[Math.floor(at / size / size)]! + texture * pixel);
  return { x: float32([1, channels, size, size], values) };
}

/** Every cell errs by a tenth of what it conducts. */
function wrong(chip: Chip): Chip {
  const conductances = chip.conductances.map((cells, array) => {
    const errors = normals(500 + array, cells.length).data as Float32Array;
    return cells.map((g, cell) => g * (1 + 0.1 * errors[cell]!));
  });
  return { ...chip, conductances };
}

/** Mean square error of the depthwise layer on images that calibration has not seen. */
async function errorOf(pkg: Package, chip: Chip, texture: number): Promise<number> {
  const reference = await openSession(
    encodeModel({ ...pkg.reference, outputs: [{ name: 'depthwise', elementType: 1, dims: undefined }] }),
  );
  const session = await simulate(pkg, chip, { taps: ['depthwise'], threads: 1 });
  let error = 0;
  for (const seed of [901, 902, 903, 904]) {
    const feeds = image(seed, texture);
    const wanted = (await reference.run(feeds)).depthwise!.data as Float32Array;
    const got = (await session.run(feeds)).depthwise!.data as Float32Array;
    error += wanted.reduce((sum, value, i) => sum + (value - got[i]!) ** 2, 0);
  }
  for (const s of [reference, session]) await s.release();
  return error;
}

async function withWrongChip(texture: number, use: (pkg: Package, chip: Chip) => Promise<void>) {
  const target = exact({ adc: { bits: 16 }, array: { rows: 128, columns: 128 } });
  const feeds = Array.from({ length: 40 }, (_, i) => image(i + 1, texture));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds);
  await withPackage(compiled, async (pkg) => use(pkg, wrong(await programPackage(pkg, loaded(target)))));
}

describe('sums of inputs', () => {
  it('take most of the error away where neighbours are alike, and are counted', async () => {
    await withWrongChip(0.1, async (pkg, chip) => {
      const columns = await correctChip(pkg, chip, { correction: 'columns' });
      const box = await correctChip(pkg, chip);
      expect(columns.calibration!.columns.get('depthwise')!.terms).toBeUndefined();
      const { terms } = box.calibration!.columns.get('depthwise')!;
      expect(terms).toMatchObject({ rank: 1, coefficients: { length: channels } });
      expect(await errorOf(pkg, box, 0.1)).toBeLessThan(0.2 * (await errorOf(pkg, columns, 0.1)));
      expect(correctionCost(pkg, columns.calibration)).toEqual({ layers: 0, multiplications: 0, share: 0 });
      // A multiplication per output of the layers that have sums, of 9 and of 8 per output in all.
      const positions = (size - 2) ** 2;
      const also = box.calibration!.columns.get('y')!.terms ? wide : 0;
      const multiplications = positions * (channels + also);
      const all = positions * (9 * channels + channels * wide);
      const layers = also > 0 ? 2 : 1;
      expect(correctionCost(pkg, box.calibration)).toEqual({
        layers,
        multiplications,
        share: multiplications / all,
      });
    });
  });

  it('are refused where inputs are independent: one direction of nine is a ninth of the error', async () => {
    await withWrongChip(20, async (pkg, chip) => {
      const corrected = await correctChip(pkg, chip, { correction: 'low-rank' });
      expect(corrected.calibration!.columns.get('depthwise')!.terms).toBeUndefined();
    });
  });

  it('are fitted anew as they were allowed before', async () => {
    await withWrongChip(0.1, async (pkg, chip) => {
      const columns = await correctChip(pkg, chip, { correction: 'columns' });
      const again = await correctChip(pkg, columns, { conditions: { at: 0 } });
      expect(again.calibration).toEqual(columns.calibration);
    });
  });

  it('are refused that do not fit the layers of the package', async () => {
    await withWrongChip(0.1, async (pkg, chip) => {
      const fitted = await correctChip(pkg, chip);
      const terms = { rank: 1, directions: new Float32Array(7), coefficients: new Float32Array(channels) };
      const columns = new Map(fitted.calibration!.columns);
      columns.set('depthwise', { ...columns.get('depthwise')!, terms });
      const wrongRows: Chip = { ...fitted, calibration: { ...fitted.calibration!, columns } };
      await expect(simulate(pkg, wrongRows)).rejects.toMatchObject({
        diagnostics: [{ code: 'chip/unreadable', message: expect.stringContaining('depthwise') }],
      });
    });
  });
});
