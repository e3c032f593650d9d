/** The lowered graph computes what the cells do, in every mode: checked against the direct MVM of test/oracle. */
import { describe, expect, it } from 'vitest';
import { compareWithDirect, convModel, exact, matMulModel, transfer, writeVerify } from './against-direct.ts';

const dense = matMulModel([3], 20, 11);

describe('the lowered graph against the direct MVM', () => {
  for (const encoding of ['differential', 'offset'] as const) {
    for (const convert of ['pair', 'column'] as const) {
      for (const slices of [1, 2]) {
        it(`${encoding}, one conversion per ${convert}, ${slices} slice(s)`, async () => {
          const adc = { convert, bits: 8 };
          const result = await compareWithDirect({
            graph: dense,
            target: writeVerify({ adc, slices, cell: { encoding, unused: 'reset' } }),
          });
          expect(result.slices).toBe(slices);
          expect(result.zero).toBeGreaterThan(0);
          expect(result.saturated).toBeLessThan(0.2 * result.conversions);
        });
      }
      for (const [inputs, low, signedActivations, centredInputs] of [
        ['unsigned inputs from 0', 0, false, false],
        ['signed inputs', -1, true, false],
        ['inputs from 0 around their means', 0, false, true],
      ] as const) {
        it(`${encoding}, one conversion per ${convert}, ${inputs}`, async () => {
          const target = writeVerify({ adc: { convert }, cell: { encoding } });
          const result = await compareWithDirect({
            graph: dense,
            target,
            low,
            options: { signedActivations, centredInputs },
          });
          expect(result.zero > 0).toBe(centredInputs);
        });
      }
    }
  }

  it.each([4, 6, 8, 10, 16])('%i-bit converters, with exact and with programmed cells', async (bits) => {
    for (const target of [exact({ adc: { bits }, slices: 1 }), writeVerify({ adc: { bits } })]) {
      for (const inputNumbers of ['binary', 'sign-magnitude'] as const) {
        const conv = convModel([5, 4, 4], [6, 5, 3, 3], { pads: [1, 1, 1, 1] });
        await compareWithDirect({ graph: dense, target, options: { inputNumbers } });
        await compareWithDirect({ graph: conv, target, options: { inputNumbers } });
      }
    }
  });

  describe.each([4, 9, 13, 16])('inputs of %i bits', (inputBits) => {
    const conv = convModel([5, 4, 4], [6, 5, 3, 3], { pads: [1, 1, 1, 1] });
    it.each([
      ['binary', 'unipolar', 1],
      ['sign-magnitude', 'unipolar', 1],
      ['sign-magnitude', 'bipolar', 1],
      ['sign-magnitude', 'bipolar', 3],
      ['binary', 'unipolar', 4],
    ] as const)('%s, %s drivers of %i bits', async (inputNumbers, polarity, bits) => {
      for (const graph of [dense, conv]) {
        const target = writeVerify({ driver: { polarity, bits } });
        const options = { inputBits, inputNumbers, signedActivations: graph === dense };
        await compareWithDirect({ graph, target, options });
      }
    });
  });

  it('converters that saturate', async () => {
    const target = writeVerify({ adc: { bits: 4 }, array: { rows: 64 } });
    const result = await compareWithDirect({ graph: matMulModel([8], 60, 5), target, low: 0 });
    expect(result.saturated).toBeGreaterThan(0);
  });

  it('hidden weights that were transferred, in two slices of base 15', async () => {
    for (const convert of ['pair', 'column'] as const) {
      const result = await compareWithDirect({
        graph: matMulModel([4], 30, 9),
        target: transfer({ slices: 2, adc: { convert } }),
      });
      expect(result.slices).toBe(2);
      await compareWithDirect({
        graph: convModel([4, 5, 5], [3, 4, 3, 3]),
        target: transfer({ slices: 2, adc: { convert } }),
      });
    }
  });
});

describe('weights in several parts', () => {
  const grouped = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
  for (const copies of [2, 3]) {
    for (const [encoding, convert] of [
      ['differential', 'pair'],
      ['differential', 'column'],
      ['offset', 'pair'],
    ] as const) {
      it(`${copies} copies of two slices, ${encoding}, one conversion per ${convert}`, async () => {
        const target = writeVerify({ adc: { convert }, cell: { encoding } });
        for (const graph of [dense, grouped]) {
          const result = await compareWithDirect({ graph, target, options: { slices: 2, copies } });
          expect(result.parts).toBe(2 * copies);
        }
      });
    }
  }

  it.each([
    [1, 2],
    [2, 1],
    [2, 2],
  ])('residual: %i slice(s) in %i copies', async (slices, copies) => {
    for (const graph of [dense, grouped, convModel([5, 4, 4], [6, 5, 3, 3], { pads: [1, 1, 1, 1] })]) {
      const options = { slices, copies, residual: true };
      const result = await compareWithDirect({ graph, target: writeVerify(), options });
      expect(result.parts).toBe(slices * copies);
    }
  });

  for (const [encoding, convert, unused] of [
    ['differential', 'pair', 'reset'],
    ['differential', 'column', 'unformed'],
    ['differential', 'column', 'reset'],
    ['offset', 'pair', 'unformed'],
    ['offset', 'column', 'unformed'],
  ] as const) {
    it(`repeated in several rows, ${encoding}, one conversion per ${convert}, unused cells ${unused}`, async () => {
      const target = writeVerify({ adc: { convert }, cell: { encoding, unused } });
      await compareWithDirect({ graph: dense, target, options: { repeats: 3 } });
      await compareWithDirect({ graph: grouped, target, options: { repeats: 2, copies: 2 } });
    });
  }

  it('repeats of residual parts, of hidden weights, and under drivers of several bits', async () => {
    const residual = { repeats: 2, slices: 2, residual: true };
    await compareWithDirect({ graph: grouped, target: writeVerify(), options: residual });
    for (const graph of [dense, grouped]) {
      await compareWithDirect({ graph, target: transfer({ slices: 2 }), options: { repeats: 3 } });
      const driver = { bits: 3, polarity: 'bipolar' } as const;
      await compareWithDirect({ graph, target: writeVerify({ driver }), options: { repeats: 2 } });
    }
  });

  it('copies of hidden weights', async () => {
    for (const slices of [1, 2]) {
      const result = await compareWithDirect({
        graph: matMulModel([4], 30, 9),
        target: transfer({ slices }),
        options: { copies: 2 },
      });
      expect(result.parts).toBe(2 * slices);
      expect(result.digitsPerOne).toBe(slices);
    }
  });

  for (const [encoding, convert] of [
    ['differential', 'pair'],
    ['differential', 'column'],
    ['offset', 'pair'],
    ['offset', 'column'],
  ] as const) {
    it(`copies that hold finer integers together, ${encoding}, one conversion per ${convert}`, async () => {
      const target = writeVerify({ slices: 1, adc: { convert }, cell: { encoding } });
      for (const [copies, options, digitsPerOne] of [
        [2, {}, 1],
        [3, { inputNumbers: 'binary' }, encoding === 'offset' ? 1 : 2],
        [4, { repeats: 2 }, encoding === 'offset' ? 1 : 2],
      ] as const) {
        for (const graph of [dense, grouped]) {
          const result = await compareWithDirect({ graph, target, options: { ...options, copies } });
          expect([result.parts, result.digitsPerOne]).toEqual([copies, digitsPerOne]);
        }
      }
    });
  }
});

describe('tiles', () => {
  it.each([
    ['one', 16, 8, 1],
    ['uneven row tiles', 37, 8, 3],
    ['uneven column tiles', 16, 19, 3],
    ['row and column tiles', 33, 17, 9],
  ])('%s', async (_, rows, columns, tiles) => {
    expect(
      (await compareWithDirect({ graph: matMulModel([2], rows, columns), target: writeVerify() })).tiles,
    ).toBe(tiles);
  });

  it('cut between channels', async () => {
    const result = await compareWithDirect({
      graph: convModel([5, 5, 5], [3, 5, 2, 3]),
      target: writeVerify(),
    });
    expect(result.tiles).toBe(3);
  });

  it('cut inside a channel whose kernel is larger than the array', async () => {
    for (const pads of [
      [0, 0, 0, 0],
      [2, 2, 2, 2],
    ]) {
      const graph = convModel([2, 7, 7], [3, 2, 5, 5], { pads });
      expect((await compareWithDirect({ graph, target: writeVerify() })).tiles).toBe(4);
    }
  });

  it('no more rows than may be driven at once', async () => {
    const target = writeVerify({ driver: { rowsAtOnce: 7 } });
    expect((await compareWithDirect({ graph: matMulModel([2], 16, 8), target })).tiles).toBe(3);
  });
});

describe('grouped and depthwise layers, packed block-diagonally', () => {
  for (const unused of ['unformed', 'reset'] as const) {
    for (const encoding of ['differential', 'offset'] as const) {
      for (const convert of ['pair', 'column'] as const) {
        it(`unused cells ${unused}, ${encoding}, one conversion per ${convert}`, async () => {
          const target = writeVerify({
            array: { rows: 20, columns: 12 },
            cell: { unused, encoding },
            adc: { convert },
          });
          const depthwise = convModel([7, 5, 5], [7, 1, 3, 3], { group: 7, pads: [1, 1, 1, 1] });
          await compareWithDirect({ graph: depthwise, target });
          await compareWithDirect({ graph: convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 }), target });
        });
      }
    }
  }

  it('groups that take several row tiles, of which the last holds two groups', async () => {
    const target = writeVerify({ array: { rows: 20, columns: 16 }, cell: { unused: 'reset' } });
    const result = await compareWithDirect({ graph: convModel([9, 9], [6, 3, 7], { group: 3 }), target });
    expect(result.tiles).toBe(5);
  });
});

describe('geometries', () => {
  it.each([
    ['1-D', [3, 9], [4, 3, 3], {}],
    [
      '1-D with stride, dilation and asymmetric padding',
      [3, 12],
      [4, 3, 3],
      { strides: [2], dilations: [2], pads: [1, 3] },
    ],
    ['1-D, SAME_UPPER', [2, 8], [3, 2, 4], { auto_pad: 'SAME_UPPER', strides: [3] }],
    [
      '2-D with unequal strides and dilations',
      [2, 9, 8],
      [3, 2, 2, 3],
      { strides: [2, 1], dilations: [1, 2] },
    ],
    ['2-D with asymmetric padding', [2, 5, 6], [3, 2, 3, 2], { pads: [2, 0, 1, 1] }],
    ['2-D, SAME_UPPER', [2, 6, 7], [3, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }],
    ['2-D, SAME_LOWER', [2, 6, 7], [3, 2, 3, 3], { auto_pad: 'SAME_LOWER', strides: [2, 2] }],
    ['pointwise', [6, 3, 3], [5, 6, 1, 1], {}],
    [
      '3-D with strides, dilations and asymmetric padding',
      [2, 4, 5, 3],
      [3, 2, 2, 3, 2],
      { strides: [2, 1, 1], dilations: [1, 2, 1], pads: [1, 2, 0, 0, 1, 1] },
    ],
    ['3-D, depthwise, SAME_LOWER', [3, 4, 3, 4], [3, 1, 2, 2, 2], { group: 3, auto_pad: 'SAME_LOWER' }],
  ])('%s', async (_, x, w, attributes) => {
    for (const low of [-0.3, 0]) {
      const graph = convModel(x, w, attributes);
      await compareWithDirect({ graph, target: writeVerify(), low });
      await compareWithDirect({ graph, target: writeVerify(), low, options: { signedActivations: true } });
    }
  });

  it.each([[[5]], [[2, 3]], [[2, 2, 3]]])('products with leading dimensions %j', async (leading) => {
    await compareWithDirect({ graph: matMulModel(leading, 21, 5), target: writeVerify() });
  });
});
