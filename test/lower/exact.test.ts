/** On exact cells with lossless converters: planes and conversions, their cheaper exact form and the integer reference give the same bits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { lowerChip, simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { convModel, exact, matMulModel } from './against-direct.ts';

/** 15 levels, so that 8-bit weights take two slices. */
const coarse = (encoding: 'differential' | 'offset') =>
  exact({ cell: { levels: 16, gMax: 15, gUseMax: 15, encoding }, adc: { bits: 16 }, slices: 2 });
const fine = exact({ adc: { bits: 16 } });

async function expectSameBits(
  graph: Graph,
  target: Target,
  signedActivations: boolean,
  stored: { readonly copies?: number; readonly repeats?: number; readonly inputBits?: number } = {},
): Promise<void> {
  const feeds = [1, 2].map((s) => drawFeeds(graph.inputs, s, signedActivations ? -1 : -0.4));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds, {
    signedActivations,
    ...stored,
  });
  await withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, loaded(target));
    const reference = await openSession(encodeModel(pkg.reference));
    const cheap = await simulate(pkg, chip);
    const serial = await simulate(pkg, chip, { bitSerial: true });
    expect((await lowerChip(pkg, chip)).nodes.length).toBeLessThan(
      (await lowerChip(pkg, chip, { bitSerial: true })).nodes.length,
    );
    for (const seed of [7, 8, 9]) {
      const inputs = drawFeeds(graph.inputs, seed, -1.2, 1.2);
      const wanted = await reference.run(inputs);
      expect(await cheap.run(inputs)).toEqual(wanted);
      expect(await serial.run(inputs)).toEqual(wanted);
    }
    for (const session of [reference, cheap, serial]) await session.release();
  });
}

describe.each([
  ['unsigned inputs with a zero point', false],
  ['signed inputs', true],
])('%s', (_, signed) => {
  it.each([
    ['one slice', fine],
    ['two slices', coarse('differential')],
    ['two slices beside an offset column', coarse('offset')],
  ])('%s', async (_name, target) => {
    await expectSameBits(matMulModel([3], 40, 19), target, signed);
    await expectSameBits(
      convModel([5, 6, 6], [7, 5, 3, 3], { pads: [1, 0, 1, 2], strides: [2, 1] }),
      target,
      signed,
    );
    await expectSameBits(
      convModel([6, 5, 5], [6, 1, 3, 3], { group: 6, pads: [1, 1, 1, 1] }),
      target,
      signed,
    );
    await expectSameBits(convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 }), target, signed);
    await expectSameBits(convModel([2, 8, 8], [3, 2, 5, 5], { pads: [2, 2, 2, 2] }), target, signed);
  });
});

describe.each([5, 16])('inputs of %i bits', (inputBits) => {
  it.each([
    ['unsigned', false],
    ['signed', true],
  ])('%s', async (_, signed) => {
    const conv = convModel([5, 6, 6], [7, 5, 3, 3], { pads: [1, 0, 1, 2] });
    for (const target of [fine, coarse('differential')]) {
      await expectSameBits(matMulModel([3], 40, 19), target, signed, { inputBits });
      await expectSameBits(conv, target, signed, { inputBits });
    }
  });
});

describe('copies and repeats of exact cells give the same bits as one', () => {
  it('of whole layers and packed groups', async () => {
    const graph = convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 });
    for (const encoding of ['differential', 'offset'] as const)
      for (const stored of [{ copies: 3 }, { repeats: 2 }, { repeats: 3 }])
        await expectSameBits(graph, coarse(encoding), false, stored);
    // A digit over the step of five is no float, and five of these no digit.
    await expectSameBits(matMulModel([2], 2, 6), fine, false, { repeats: 5 });
  });

  it('of any shape', async () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(
        { copies: 2 },
        { copies: 5 },
        { repeats: 2 },
        { repeats: 5 },
        { copies: 2, repeats: 3 },
      ),
      fc.constantFrom(fine, coarse('differential'), coarse('offset')),
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(shape, ([rows, columns, stored, target, signed]) =>
        expectSameBits(matMulModel([2], rows, columns), target, signed, stored),
      ),
      { numRuns: 10 },
    );
  });
});

describe('copies of exact cells with few levels', () => {
  const few = (encoding: 'differential' | 'offset') =>
    exact({ cell: { levels: 64, gMax: 63, gUseMax: 63, encoding }, adc: { bits: 16 } });

  it.each([2, 3, 4, 5])('give the bits of the finer integers that they hold together: %i', async (copies) => {
    const grouped = convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 });
    for (const encoding of ['differential', 'offset'] as const) {
      await expectSameBits(matMulModel([2], 30, 9), few(encoding), copies === 3, { copies });
      await expectSameBits(grouped, few(encoding), false, { copies });
    }
  });

  it('round off a quarter of the energy of one, where there are two', async () => {
    const graph = matMulModel([3], 40, 19);
    const weights = graph.constants.get('w')!.data as Float32Array;
    const run = async (copies: number) => {
      const options = { copies, weightRounding: 'nearest' } as const;
      const { mapping } = await compileModel(
        modelOf(graph),
        loaded(few('differential')),
        [drawFeeds(graph.inputs, 1)],
        options,
      );
      const { integers, scales, weightMax } = mapping.layers[0]!.node;
      const errors = integers.reduce((sum, w, i) => sum + (w * scales[i % 19]! - weights[i]!) ** 2, 0);
      const ofSteps = scales.reduce((sum, step) => sum + (40 * step ** 2) / 12, 0);
      expect(Math.max(...integers.map(Math.abs))).toBe(weightMax);
      return { weightMax, errors, ofSteps };
    };
    const [once, twice] = [await run(1), await run(2)];
    expect([once.weightMax, twice.weightMax]).toEqual([63, 126]);
    // What is rounded off is as likely anywhere within half a step: step^2 / 12 of 760 weights, give or take 3 %.
    for (const { errors, ofSteps } of [once, twice]) expect(Math.abs(errors / ofSteps - 1)).toBeLessThan(0.1);
    expect(once.ofSteps / twice.ofSteps).toBeCloseTo(4, 5);
  });
});

describe('column by column, on cells that conduct at level 0', () => {
  it.each([
    ['differential', 'unformed'],
    ['differential', 'reset'],
    ['offset', 'unformed'],
    ['offset', 'reset'],
  ] as const)('%s, unused cells %s: near the integer reference', async (encoding, unused) => {
    const cell = { encoding, unused, gMin: 10, gUseMin: 10, gMax: 137, gUseMax: 137 };
    const target = exact({ cell, adc: { bits: 16, convert: 'column' } });
    for (const graph of [
      matMulModel([8], 40, 9),
      convModel([6, 5, 5], [6, 1, 3, 3], { group: 6, pads: [1, 1, 1, 1] }),
      convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 }),
    ]) {
      const feeds = Array.from({ length: 16 }, (_, i) => drawFeeds(graph.inputs, i + 1));
      const options = { converterRange: 'max' as const, activationRange: 'minmax' as const };
      const compiled = await compileModel(modelOf(graph), loaded(target), feeds, options);
      await withPackage(compiled, async (pkg) => {
        const reference = await openSession(encodeModel(pkg.reference));
        const session = await simulate(pkg, await programPackage(pkg, loaded(target)));
        const wanted = (await reference.run(feeds[0]!)).y!.data as Float32Array;
        const got = (await session.run(feeds[0]!)).y!.data as Float32Array;
        // The first of the batch's two is a calibration sample: none of its sums is beyond a range.
        const seen = wanted.subarray(0, wanted.length / 2);
        const noise = seen.reduce((sum, v, i) => sum + (v - got[i]!) ** 2, 0);
        const signal = seen.reduce((sum, v) => sum + v * v, 0);
        expect(10 * Math.log10(signal / noise)).toBeGreaterThan(50);
        for (const s of [reference, session]) await s.release();
      });
    }
  });
});
