/**
 * One ledger of what work takes: counts x rates, by the component that spends it. Time runs once for an operation, however
 * many devices take part at once; energy is spent by each of them.
 */

export type Component =
  | 'form'
  | 'reset'
  | 'set'
  | 'pulse'
  | 'read'
  | 'relaxation'
  | 'wake-up'
  | 'fecap-write'
  | 'transfer'
  | 'conversion';

export interface Rate {
  /** Of one operation (s). */
  readonly time: number;
  /** Of one device (J). */
  readonly energy: number;
}

/** What a component does without a rate is free. */
export type Rates = Readonly<Partial<Record<Component, Rate>>>;

/** What one component has spent: s and J. */
interface Spent {
  operations: number;
  devices: number;
  time: number;
  energy: number;
}

interface Total {
  time: number;
  energy: number;
}

/** By component. */
export type Account = Partial<Record<Component, Spent>>;

export interface Ledger {
  readonly rates: Rates;
  readonly spent: Account;
  /** Of all that is settled. */
  readonly total: Total;
  /** Of what goes on. */
  readonly open: Total;
}

/** @param total to which everything is added */
export function openLedger(rates: Rates, total: Total = { time: 0, energy: 0 }): Ledger {
  return { rates, total, spent: {}, open: { time: 0, energy: 0 } };
}

/** Notes a part of what goes on. */
export function spend(
  { rates, spent, open }: Ledger,
  component: Component,
  operations: number,
  devices = operations,
): void {
  const rate = rates[component];
  if (!rate) return;
  const time = operations * rate.time;
  const energy = devices * rate.energy;
  book(spent, component, operations, devices, time, energy);
  open.time += time;
  open.energy += energy;
}

/** Adds what went on to the total, as one: sums depend on what is added up first. */
export function settle({ total, open }: Ledger): void {
  total.time += open.time;
  total.energy += open.energy;
  open.time = 0;
  open.energy = 0;
}

function book(
  account: Account,
  component: Component,
  operations: number,
  devices: number,
  time: number,
  energy: number,
): void {
  account[component] ??= { operations: 0, devices: 0, time: 0, energy: 0 };
  const entry = account[component];
  entry.operations += operations;
  entry.devices += devices;
  entry.time += time;
  entry.energy += energy;
}

/** What several accounts hold together. */
export function sumOfAccounts(accounts: readonly Account[]): Account {
  const sum: Account = {};
  for (const account of accounts)
    for (const [component, { operations, devices, time, energy }] of Object.entries(account))
      book(sum, component as Component, operations, devices, time, energy);
  return sum;
}
