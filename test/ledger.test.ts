import { expect, test } from 'vitest';
import { openLedger, settle, spend, sumOfAccounts } from '../src/ledger.ts';

const rates = { form: { time: 2, energy: 3 }, read: { time: 5, energy: 7 } };

test('time runs once for an operation, energy for every device', () => {
  const total = { time: 100, energy: 0 };
  const ledger = openLedger(rates, total);
  spend(ledger, 'form', 1, 16);
  spend(ledger, 'read', 4);
  expect(total).toEqual({ time: 100, energy: 0 });
  settle(ledger);
  expect(total).toEqual({ time: 100 + 2 + 20, energy: 48 + 28 });
  expect(ledger.spent).toEqual({
    form: { operations: 1, devices: 16, time: 2, energy: 48 },
    read: { operations: 4, devices: 4, time: 20, energy: 28 },
  });
});

test('what has no rate is free', () => {
  const ledger = openLedger(rates);
  spend(ledger, 'pulse', 1000);
  settle(ledger);
  expect(ledger).toMatchObject({ total: { time: 0, energy: 0 }, spent: {} });
});

test('accounts add up by component', () => {
  const one = { operations: 1, devices: 2, time: 3, energy: 4 };
  expect(sumOfAccounts([{ form: one }, { form: one, read: one }, {}])).toEqual({
    form: { operations: 2, devices: 4, time: 6, energy: 8 },
    read: one,
  });
});
