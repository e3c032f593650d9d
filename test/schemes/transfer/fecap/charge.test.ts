import { beforeAll, describe, expect, test } from 'vitest';
import { chargeShare } from '../../../../src/schemes/transfer/fecap/charge.ts';
import { switchedShare } from '../../../../src/schemes/transfer/fecap/switching.ts';
import {
  newTransferOutcome,
  openTransferDraws,
  type TransferLaw,
  transfer,
} from '../../../../src/schemes/transfer/transfer.ts';
import { levelStepOf } from '../../../../src/target/cell.ts';
import { loadTarget } from '../../../../src/target/load.ts';
import { countTolerance, momentsOf, normalBelow } from '../../../statistics.ts';

async function lawOf(...set: readonly string[]): Promise<TransferLaw> {
  const { programming, hidden, cell } = (await loadTarget('leti-fecap-130nm', set)).target;
  if (programming.scheme !== 'transfer' || !hidden) throw new Error('transfer expected');
  return { programming, hidden, cell };
}

const synapses = 100_000;

function transferAll(law: TransferLaw, digit: number) {
  const draws = openTransferDraws(3, 1);
  return Array.from({ length: synapses }, (_, synapse) => {
    const outcome = newTransferOutcome();
    // Every synapse on a line of its own.
    transfer(law, draws, { row: synapse, synapse, cell: 2 * synapse }, false, digit, 2 * synapse, outcome);
    return outcome;
  });
}

const quiet = ['hidden.lineNoise=0', 'hidden.thresholdSpread=0', 'programming.cycleToCycle=0'];

describe('the share of their charge that FeCAPs give', () => {
  let fresh: TransferLaw;
  beforeAll(async () => {
    fresh = await lawOf();
  });

  test('is 1 without film and ageing, and nearly so on a fresh chip', () => {
    const { film: _, ageing: __, ...plain } = fresh.hidden;
    expect(chargeShare(plain)).toBe(1);
    expect(1 - chargeShare(fresh.hidden)).toBeLessThan(1e-4);
    expect(1 - chargeShare(fresh.hidden)).toBeGreaterThan(0);
  });

  test('is what write pulses, cycles and time leave', async () => {
    const set = ['hidden.writeTime=2 ns', 'hidden.ageing.spent=4e6', 'hidden.ageing.held=9 s'];
    const { hidden } = await lawOf(...set);
    const written = switchedShare(hidden.film!, 3e8, 2e-9);
    expect(written).toBeLessThan(0.95);
    expect(chargeShare(hidden)).toBeCloseTo(written * (1 / 1.4) * 0.97, 12);
  });

  test('a chip woken by too few cycles gives less', async () => {
    const { hidden } = await lawOf('hidden.wakeUpCycles=10');
    const woken = 0.5 + 0.5 * (Math.log(11) / Math.log(1001));
    expect(chargeShare(hidden) / chargeShare(fresh.hidden)).toBeCloseTo(woken, 12);
  });

  test('scales the digit of a transfer and its spread', async () => {
    const aged = await lawOf(...quiet, 'hidden.ageing.spent=1e7', 'hidden.ageing.endurance=2e7');
    const share = chargeShare(aged.hidden);
    expect(share).toBeCloseTo(0.5, 3);
    const m = momentsOf(transferAll(aged, 6).map((o) => o.gPos));
    const step = levelStepOf(aged.cell);
    const sigma = share * 0.05 * Math.sqrt(16 + 4) * step;
    expect(Math.abs(m.mean - (aged.cell.gUseMin + 6 * share * step))).toBeLessThan(
      (4 * sigma) / Math.sqrt(synapses),
    );
    expect(Math.abs(m.sigma / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * synapses));
  });

  test('scales the window in which a sign is sensed', async () => {
    const set = ['hidden.ageing.fatigueCycles=1e6', 'hidden.ageing.spent=9e6', 'hidden.windowSpread=120 mV'];
    const { hidden, ...law } = await lawOf(...set);
    const share = chargeShare(hidden);
    expect(share).toBeCloseTo(0.1, 3);
    const wrong = transferAll({ ...law, hidden }, 3).filter((o) => o.signError).length;
    const p = normalBelow((-share * 0.18) / Math.hypot(share * 0.06, 0.01));
    expect(Math.abs(wrong - synapses * p)).toBeLessThan(countTolerance(synapses, p));
    // Without ageing there are a tenth as many.
    const before = transferAll({ ...law, hidden: { ...hidden, ageing: undefined } }, 3);
    expect(before.filter((o) => o.signError).length).toBeLessThan(wrong / 5);
  });
});
