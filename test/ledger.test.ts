import { expect, test } from 'vitest';
import { accountOf, openLedger, settle, spend } from '../src/ledger.ts';

const rates = { form: { time: 2, energy: 3 }, read: { time: 5, energy: 7 } };

test('time runs once for an operation, energy for every device', () => {
  const total = { time: 100, energy: 0 };
  const ledger = openLedger(rates, total);
  spend(ledger, ledger.of.form, 1, 16);
  spend(ledger, ledger.of.read, 4);
  expect(total).toEqual({ time: 100, energy: 0 });
  settle(ledger);
  expect(total).toEqual({ time: 100 + 2 + 20, energy: 48 + 28 });
  expect(accountOf([ledger])).toEqual({
    form: { operations: 1, devices: 16, time: 2, energy: 48 },
    read: { operations: 4, devices: 4, time: 20, energy: 28 },
  });
});

test('what has no rate is free', () => {
  const ledger = openLedger(rates);
  spend(ledger, ledger.of.pulse, 1000);
  settle(ledger);
  expect(ledger.total).toEqual({ time: 0, energy: 0 });
  expect(accountOf([ledger])).toEqual({ pulse: { operations: 1000, devices: 1000, time: 0, energy: 0 } });
});

test('ledgers add up by component, onto what was spent before', () => {
  const [one, other] = [openLedger(rates), openLedger(rates)];
  spend(one, one.of.form, 1, 2);
  spend(other, other.of.form, 3, 4);
  const before = { read: { operations: 1, devices: 1, time: 5, energy: 7 } };
  expect(accountOf([one, other], before)).toEqual({
    form: { operations: 4, devices: 6, time: 8, energy: 18 },
    ...before,
  });
});
