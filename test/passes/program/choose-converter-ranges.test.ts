import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseConverterRanges } from '../../../passes/program/choose-converter-ranges.ts';
import { clippingErrors, rangeOf, shares } from '../../../passes/program/converter-range.ts';
import type { Mapping } from '../../../src/ir/mapping.ts';
import { openNormals } from '../../../src/math/random.ts';
import type { Target } from '../../../src/target/target.ts';
import { errorLawProgramming } from '../../chip/bench.ts';
import { convGeometry, place, quantizedLayer, recordFor, recordOf, sized, slicedLayer } from '../layers.ts';

const samples = fc.array(
  fc.integer({ min: -500, max: 2000 }).map((v) => v / 10),
  { minLength: 1, maxLength: 60 },
);

function counted(values: readonly number[]) {
  return { values: Float64Array.from(values), counts: new Uint32Array(values.length).fill(1) };
}

/** Square error of conversion with a range: a twelfth of the step's square per sample, and what clipping costs. */
function errorOf(
  sums: readonly number[],
  { low, high }: { readonly low: number; readonly high: number },
  codes: number,
): number {
  const rounding = ((high - low) / codes) ** 2 / 12;
  // Zero has a code of its own.
  return sums.reduce((sum, x) => sum + (x === 0 ? 0 : rounding) + Math.max(0, low - x, x - high) ** 2, 0);
}

describe('converter-range', () => {
  it('clipping errors are those of clipping sample by sample', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const extremes = { low: Math.min(0, ...values), high: Math.max(0, ...values) };
        const errors = clippingErrors(counted(values), extremes);
        for (let i = 0; i <= shares; i++) {
          const brute = (extreme: number) =>
            values.reduce((sum, x) => {
              const end = (extreme * i) / shares;
              const beyond = extreme > 0 ? x - end : end - x;
              return x * extreme > 0 && beyond > 0 ? sum + beyond ** 2 : sum;
            }, 0);
          expect(errors.below[i]).toBeCloseTo(brute(extremes.low), 4);
          expect(errors.above[i]).toBeCloseTo(brute(extremes.high), 4);
        }
      }),
    );
  });

  it('mse is the best of all pairs of ends', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(15, 63, 255), (values, codes) => {
        const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
        const best = errorOf(values, rangeOf(counted(values), 'mse', codes), codes);
        for (let i = 1; i <= shares; i++) {
          for (let j = 1; j <= shares; j++) {
            const other = errorOf(values, { low: (low * i) / shares, high: (high * j) / shares }, codes);
            expect(best).toBeLessThanOrEqual(other * (1 + 1e-9) + 1e-9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('equal sums may be counted together, and what was not seen does not count', () => {
    fc.assert(
      fc.property(
        samples,
        fc.constantFrom('mse' as const, 'max' as const, 'percentile' as const),
        (a, policy) => {
          const values = Float64Array.from([...new Set(a), 1e6, -1e6]);
          const counts = Uint32Array.from(values, (value) => a.filter((x) => x === value).length);
          const [apart, together] = [counted(a), { values, counts }].map((sums) =>
            rangeOf(sums, policy, 255),
          );
          expect(together!.low).toBeCloseTo(apart!.low, 9);
          expect(together!.high).toBeCloseTo(apart!.high, 9);
        },
      ),
    );
  });

  it('mse is at least as good as max and percentile on its own samples', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(15, 63, 255), (values, codes) => {
        const [mse, max] = (['mse', 'max'] as const).map((policy) =>
          errorOf(values, rangeOf(counted(values), policy, codes), codes),
        );
        expect(mse).toBeLessThanOrEqual(max! * (1 + 1e-9) + 1e-9);
      }),
    );
    // Two tails of which 0.1 % are far out: the percentile leaves them, the best range lies between.
    const tails = Array.from({ length: 20_000 }, (_, i) => Math.tan(((i + 0.5) / 20_000 - 0.5) * 3.1));
    const of = (policy: 'mse' | 'percentile') => errorOf(tails, rangeOf(counted(tails), policy, 15), 15);
    expect(of('mse')).toBeLessThan(of('percentile'));
  });

  it('what copies round off averages out, and what they clip does not: twice as many codes give 4 copies their best range', () => {
    const tails = Array.from({ length: 20_000 }, (_, i) => Math.tan(((i + 0.5) / 20_000 - 0.5) * 3));
    const normals = openNormals(1, 'copies', 0);
    const [one, four] = [15, 15 * Math.sqrt(4)].map((codes) => rangeOf(counted(tails), 'mse', codes));
    // Cells err by half a step before they are rounded and clipped, whatever the range is.
    const sigma = (one!.high - one!.low) / 15 / 2;
    const averaged = ({ low, high }: { low: number; high: number }) => {
      const step = (high - low) / 15;
      return tails.reduce((sum, x, i) => {
        let mean = 0;
        for (let copy = 0; copy < 4; copy++) {
          const seen = x + sigma * normals(4 * i + copy);
          mean += Math.min(high, Math.max(low, step * Math.round(seen / step))) / 4;
        }
        return sum + (mean - x) ** 2;
      }, 0);
    };
    expect(four!.high).toBeGreaterThan(one!.high);
    expect(averaged(four!)).toBeLessThan(averaged(one!));
  });

  it('a range holds zero; a column without sums has none', () => {
    expect(rangeOf(counted([5, 3]), 'max', 255)).toEqual({ low: 0, high: 5 });
    expect(rangeOf(counted([0, 0]), 'max', 255)).toEqual({ low: 0, high: 0 });
  });
});

describe('copies', () => {
  const layer = (copies: number) =>
    slicedLayer(quantizedLayer({ groups: 1, rows: 40, columns: 6, weightMax: 63 }), { copies, radix: 127 });
  const stepsOf = async (target: Target, copies: number) => {
    const layers = [layer(copies)];
    const settings = await chooseConverterRanges.run(place(layers, target), {
      record: recordFor(layers),
      target,
      policyOf: () => 'mse',
    });
    return [...settings[0]!.step];
  };

  it('of cells that err have wider ranges than one, those of exact cells the same', async () => {
    const exact = { ...sized(64, 64), adc: { ...sized(64, 64).adc, bits: 4 } };
    const noisy = { ...exact, programming: errorLawProgramming([1]) };
    expect(await stepsOf(exact, 4)).toEqual(await stepsOf(exact, 1));
    const [one, four] = [await stepsOf(noisy, 1), await stepsOf(noisy, 4)];
    expect(four.every((step, column) => step >= one[column]!)).toBe(true);
    expect(four).not.toEqual(one);
  });
});

/** Two vectors for one block with all of a layer. */
async function settle(
  target: Target,
  integers: readonly number[],
  rows: number,
  vectors: readonly number[],
  policy: 'mse' | 'max' | 'percentile' = 'max',
  samples: readonly string[] = ['sample'],
) {
  const columns = integers.length / rows;
  const node = quantizedLayer({ groups: 1, rows, columns, integers: Int8Array.from(integers) });
  const span = (end: number) => ({ start: 0, end });
  const mapping: Mapping = {
    layers: [slicedLayer(node)],
    blocks: [
      {
        layer: 0,
        slice: 0,
        copy: 0,
        groups: span(1),
        rows: span(rows),
        columns: span(columns),
        repeats: 1,
        array: 0,
        row: 0,
        column: 0,
      },
    ],
    arrays: 1,
  };
  const layers = recordOf({ y: { vectors: Uint8Array.from(vectors), count: vectors.length / rows } });
  const record = { ...layers, samples };
  return (await chooseConverterRanges.run(mapping, { record, target, policyOf: () => policy }))[0]!;
}

describe('choose-converter-ranges', () => {
  it('tells all sums apart where the codes suffice, with what is left over on both sides', async () => {
    // Sums from -20 to 100 and from 0 to 60 in 256 codes from -128.
    const { step, zero } = await settle(sized(4, 8), [100, 60, -20, 0], 2, [1, 1]);
    expect([...step]).toEqual([1, 1]);
    zero.forEach((z, c) => {
      const [low, high] = [z + [-20, 0][c]!, z + [100, 60][c]!];
      expect(Math.abs(low + 128 - (127 - high))).toBeLessThanOrEqual(1);
    });
  });

  it('max: the largest sums of single input bits span the codes', async () => {
    // Bits: 1 drives row 0, 2 drives both rows; sums 100, 200 and -120 over 4 bits of codes.
    const target = sized(4, 8);
    const { step, zero } = await settle(
      { ...target, adc: { ...target.adc, bits: 4 } },
      [100, 100, -120],
      3,
      [3, 2, 4],
    );
    expect(step[0]).toBeCloseTo(320 / 15, 4);
    // Codes from -8 to 7: -120 becomes about the first and 200 about the last.
    expect(Math.abs(zero[0]! - 120 / step[0]! + 8)).toBeLessThanOrEqual(1);
    expect(Math.abs(zero[0]! + 200 / step[0]! - 7)).toBeLessThanOrEqual(1);
  });

  it('a column that no sample drives gets the range of what it could add up to', async () => {
    const target = sized(4, 8);
    const { step } = await settle({ ...target, adc: { ...target.adc, bits: 4 } }, [100, 50], 2, [0, 0]);
    expect(step[0]).toBeCloseTo(150 / 15, 4);
  });

  it.each(['mse', 'max', 'percentile'] as const)(
    'without samples: all that the cells could add up to, whatever made-up inputs drive (%s)',
    async (policy) => {
      const target = sized(4, 8);
      const narrow = { ...target, adc: { ...target.adc, bits: 4 } };
      const { step, zero } = await settle(narrow, [100, 100, -120], 3, [1, 0, 0], policy, []);
      expect(step[0]).toBeCloseTo(320 / 15, 4);
      expect(Math.abs(zero[0]! - 120 / step[0]! + 8)).toBeLessThanOrEqual(1);
      expect(Math.abs(zero[0]! + 200 / step[0]! - 7)).toBeLessThanOrEqual(1);
    },
  );

  it('column mode: plus and minus columns apart, on the floor of the window', async () => {
    const base = sized(4, 8);
    const target = {
      ...base,
      adc: { ...base.adc, convert: 'column' as const },
      cell: { ...base.cell, gUseMin: 10, gUseMax: 137 },
    };
    const { step, zero } = await settle(target, [100, -50], 2, [1, 1]);
    // Plus column: 110 + 10; minus column: 10 + 60; 255 steps each.
    expect([...step].map((s) => s * 255)).toEqual([expect.closeTo(120, 4), expect.closeTo(70, 4)]);
    expect([...zero]).toEqual([-128, -128]);
  });

  it('column mode: an offset block-diagonal is driven by the rows of all its groups', async () => {
    const base = sized(8, 8);
    const target = { ...base, adc: { ...base.adc, convert: 'column' as const, bits: 4 } };
    const node = quantizedLayer({
      groups: 3,
      rows: 1,
      columns: 1,
      integers: Int8Array.of(7, 0, -7),
      weightMax: 7,
      geometry: convGeometry(1),
    });
    const span = (end: number) => ({ start: 0, end });
    const mapping: Mapping = {
      layers: [slicedLayer(node, { encoding: 'offset', radix: 15 })],
      blocks: [
        {
          layer: 0,
          slice: 0,
          copy: 0,
          groups: span(3),
          rows: span(1),
          columns: span(1),
          repeats: 1,
          array: 0,
          row: 0,
          column: 0,
        },
      ],
      arrays: 1,
    };
    const record = recordOf({ y: { vectors: Uint8Array.of(1, 1, 1), count: 1 } });
    const [settings] = await chooseConverterRanges.run(mapping, { record, target, policyOf: () => 'max' });
    const { step } = settings!;
    // Own columns 14 + 7 + 7, 7 + 7 + 7 and 0 + 7 + 7, which 15 codes tell apart; each reference 7 + 7 + 7.
    const reach = [28, 21, 21, 21, 15, 21];
    expect([...step].map((s) => s * 15)).toEqual(reach.map((r) => expect.closeTo(r, 4)));
  });
});

it.each(['mse', 'max', 'percentile'] as const)(
  'gives the one conversion of a reference column the same settings for every column (%s)',
  async (policy) => {
    const plain = sized(24, 16);
    const target: Target = { ...plain, adc: { ...plain.adc, bits: 5, convert: 'column' } };
    const offset = { encoding: 'offset' } as const;
    const layers = [
      slicedLayer(quantizedLayer({ groups: 1, rows: 24, columns: 9 }), offset),
      slicedLayer(quantizedLayer({ groups: 3, rows: 8, columns: 3, output: 'grouped' }), offset),
    ];
    const record = recordFor(layers);
    const mapping = place(layers, target);
    const settings = await chooseConverterRanges.run(mapping, { record, target, policyOf: () => policy });
    for (const { zero, step } of settings) {
      const reference = (values: ArrayLike<number>) => [
        ...new Set(Array.from(values).filter((_, i) => i % 2)),
      ];
      expect(reference(zero)).toHaveLength(1);
      expect(reference(step)).toHaveLength(1);
    }
  },
);
