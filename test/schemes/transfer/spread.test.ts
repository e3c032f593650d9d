/** What transfers leave at a level, in closed form and on chips. */
import { describe, expect, test } from 'vitest';
import { executeBitstream } from '../../../src/chip/execute.ts';
import { chargeShare } from '../../../src/schemes/transfer/fecap/charge.ts';
import { transferSpread } from '../../../src/schemes/transfer/spread.ts';
import { type TransferLaw, transferLawOf } from '../../../src/schemes/transfer/transfer.ts';
import { levelConductance, levelStepOf } from '../../../src/target/cell.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { headerOf, loaded, options, transferAll } from '../../chip/bench.ts';
import { type Moments, momentsOf } from '../../statistics.ts';

const { target: leti } = await loadTarget('leti-fecap-130nm');

function lawOf({ programming, ...target }: Target): TransferLaw {
  if (programming.scheme !== 'transfer') throw new Error('transfer expected');
  return transferLawOf({ programming, ...target });
}

/** Every cell that a digit is transferred to, on chips of as many seeds. Signs are sensed rightly. */
async function cellsAt(target: Target, digit: number, seeds = 60): Promise<Moments> {
  const hidden = { ...target.hidden!, windowSpread: 0, senseOffset: 0 };
  const own: Target = { ...target, hidden };
  const values: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const program = transferAll(own, 0, () => 64 * digit + 32);
    const chip = await executeBitstream(headerOf(own, 1), [program], loaded(own), { ...options, seed });
    chip.conductances[0]!.forEach((g, cell) => {
      if (cell % 2 === 0) values.push(g);
    });
  }
  return momentsOf(values);
}

/** Asserts mean and standard deviation within four standard errors of a normal sample. */
function expectMoments(found: Moments, { mean, variance }: { mean: number; variance: number }): void {
  const sigma = Math.sqrt(variance);
  expect(Math.abs(found.mean - mean) / sigma).toBeLessThan(4 / Math.sqrt(found.count));
  expect(Math.abs(found.sigma / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * found.count));
}

/** Of the product of two independent normal values, which no window cuts off. */
function product(digit: number, { hidden, programming, cell }: TransferLaw) {
  const share = chargeShare(hidden);
  const bits = [1, 2, 4].filter((bit) => digit & bit);
  const charge = bits.reduce((sum, bit) => sum + (bit * share * hidden.chargeSpread) ** 2, 0);
  const own = levelStepOf(cell) ** 2 * (charge + hidden.lineNoise ** 2 + hidden.thresholdSpread ** 2);
  const mean = levelConductance(cell, share * digit);
  const relative = programming.cycleToCycle ** 2;
  return { mean, variance: own * (1 + relative) + mean ** 2 * relative };
}

describe('leti-fecap-130nm', () => {
  test.each([1, 4, 7])('digit %d: as documented, on the chip and in closed form', async (digit) => {
    const law = lawOf(leti);
    const expected = product(digit, law);
    const spread = transferSpread(law, levelConductance(leti.cell, digit));
    expect(spread.mean / expected.mean).toBeCloseTo(1, 4);
    expect(spread.variance / expected.variance).toBeCloseTo(1, 3);
    expectMoments(await cellsAt(leti, digit), expected);
  });

  test('digit 7 lies evenly about the top level, 150.0 +- 9.6 uS, and no cell beyond gMax', async () => {
    const { mean, variance } = product(7, lawOf(leti));
    expect([mean, Math.sqrt(variance)].map((g) => (g * 1e6).toFixed(1))).toEqual(['150.0', '9.6']);
    expect((await cellsAt(leti, 7)).max).toBeLessThanOrEqual(Math.fround(leti.cell.gMax));
  });
});

describe('where gMax is the top level', () => {
  const narrow: Target = { ...leti, cell: { ...leti.cell, gMax: leti.cell.gUseMax } };
  const top = levelConductance(narrow.cell, 7);

  test('half of a normal is left of the SET alone: its mean lies sigma / sqrt(2 pi) below', () => {
    const law = lawOf(narrow);
    const hidden = { ...law.hidden, chargeSpread: 0, lineNoise: 0, thresholdSpread: 0 };
    const { film: _, ageing: _ageing, ...plain } = hidden;
    const { mean, variance } = transferSpread({ ...law, hidden: plain }, top);
    const sigma = law.programming.cycleToCycle * top;
    expect((top - mean) / sigma).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 3);
    expect(Math.sqrt(variance) / sigma).toBeCloseTo(Math.sqrt(0.5 - 0.5 / Math.PI), 3);
  });

  test('with all errors, as on the chip, and no cell beyond it', async () => {
    const found = await cellsAt(narrow, 7);
    const { mean, variance } = transferSpread(lawOf(narrow), top);
    expectMoments(found, { mean, variance });
    expect(found.max).toBe(Math.fround(narrow.cell.gMax));
  });
});

test('aged FeCAPs: digits shrink with the share of their charge, and so does its spread', async () => {
  const ageing = { ...leti.hidden!.ageing!, spent: 5e6 };
  const aged: Target = { ...leti, hidden: { ...leti.hidden!, ageing } };
  expect(chargeShare(aged.hidden!)).toBeLessThan(0.7);
  expectMoments(await cellsAt(aged, 6), transferSpread(lawOf(aged), levelConductance(aged.cell, 6)));
});
