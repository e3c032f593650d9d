/** How often digits are repeated where the options leave it open. */
import { describe, expect, it } from 'vitest';
import { freeRepeats } from '../../../passes/map/free-repeats.ts';
import type { SlicedLayer } from '../../../src/ir/mapping.ts';
import { openNormals } from '../../../src/math/random.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { errorLawProgramming, exactTarget, writeVerifyTarget } from '../../chip/bench.ts';
import { convGeometry, place, quantizedLayer, slicedLayer } from '../layers.ts';

const depthwise = (groups: number, changes: Partial<SlicedLayer> = {}, weight = 127) =>
  slicedLayer(
    quantizedLayer({
      ...{ groups, rows: 9, columns: 1, geometry: convGeometry(3, 3) },
      integers: Int8Array.from({ length: groups * 9 }, (_, i) => (i % 2 === 0 ? weight : -weight)),
    }),
    changes,
  );
const unasked = () => {
  throw new Error('inputs do not matter here');
};
const target = async (name: string) => (await loadTarget(name)).target;

describe('depthwise weights of cells that move after programming', () => {
  it('fill the rows of their columns', async () => {
    const { wires: _, ...pcm } = await target('pcm-256');
    expect(freeRepeats(depthwise(128), pcm, unasked)).toBe(28);
    const { wires: __, ...cmo } = await target('cmo-hfox-130nm');
    expect(freeRepeats(depthwise(96), cmo, unasked)).toBe(7);
    expect(freeRepeats(depthwise(96, { copies: 2 }), cmo, unasked)).toBe(3);
  });

  it('as far as no more arrays are taken than by packs of as many as fit', async () => {
    const { wires: _, ...pcm } = await target('pcm-256');
    for (const groups of [8, 112, 120, 300]) {
      const repeats = freeRepeats(depthwise(groups), pcm, unasked);
      const arrays = (own: number) => place([depthwise(groups, { repeats: own })], pcm).arrays;
      expect(repeats).toBe(28);
      expect(arrays(repeats)).toBeLessThanOrEqual(arrays(1));
    }
  });

  it('as far as the currents of a column stay below their limit', async () => {
    const pcm = await target('pcm-256');
    const within = (maxColumnCurrent: number, weight: number) =>
      freeRepeats(
        depthwise(128, {}, weight),
        { ...pcm, wires: { ...pcm.wires!, maxColumnCurrent } },
        unasked,
      );
    // Five of nine cells at 31 / 127 of 25 uS, and 0.2 V.
    const current = (5 * 25e-6 * 0.2 * 31) / 127;
    expect(within(1, 31)).toBe(28);
    for (const repeats of [4, 5, 13, 22]) {
      expect(within(1.001 * repeats * current, 31)).toBe(repeats);
      expect(within(0.999 * repeats * current, 31)).toBe(repeats - 1);
    }
  });

  it('and not at all where the wires would take a tenth of the voltage', async () => {
    const pcm = await target('pcm-256');
    // Rows of 256 cells of 12.5 uS on average, spread evenly: 0.35 ohm takes 256^2 / 2 * 0.35 * 12.5e-6 = 14 %, and half of that
    // where two groups share a block.
    expect(freeRepeats(depthwise(128), pcm, unasked)).toBe(14);
    const wires = { ...pcm.wires!, rowSegment: 100 };
    expect(freeRepeats(depthwise(128), { ...pcm, wires }, unasked)).toBe(1);
    for (const name of ['tetramem-256', 'tetramem-256-6bit'])
      expect(freeRepeats(depthwise(128), await target(name), unasked)).toBe(1);
  });
});

it('other layers, exact cells and parts that make up for each other are left alone', async () => {
  const pcm = await target('pcm-256');
  const dense = slicedLayer(quantizedLayer({ groups: 1, rows: 9, columns: 5 }));
  expect(freeRepeats(dense, pcm, unasked)).toBe(1);
  expect(freeRepeats(depthwise(64, { copies: 2, residual: true }), pcm, unasked)).toBe(1);
  expect(freeRepeats(depthwise(64), exactTarget, unasked)).toBe(1);
});

it('where programming alone errs, as often as brings it to 30 dB', () => {
  // Levels of 1 uS far from the ends of the window.
  const noisy = (sigma: number): Target => ({
    ...writeVerifyTarget,
    cell: { ...writeVerifyTarget.cell, gMin: 0, gUseMin: 100e-6, gMax: 300e-6, gUseMax: 163e-6 },
    programming: errorLawProgramming([sigma]),
  });
  const layer = depthwise(16, { radix: 127 }, 63);
  // Inputs that hardly depend on each other: noise over signal is twice the variance of a cell over 63^2.
  const normals = openNormals(1, 'inputs', 0);
  const inputs = Int32Array.from({ length: 2000 * 144 }, (_, i) => Math.round(50 * normals(i)));
  for (const sigma of [1e-6, 2e-6, 4e-6]) {
    const wanted = (2 * (sigma * 1e6) ** 2 * 1000) / 63 ** 2;
    const repeats = freeRepeats(layer, noisy(sigma), () => inputs);
    expect(repeats).toBeGreaterThanOrEqual(Math.ceil(0.95 * wanted));
    expect(repeats).toBeLessThanOrEqual(Math.ceil(1.05 * wanted));
  }
});
