/**
 * One ledger of what work takes: counts x rates, by the component that spends it. Time runs once for an operation, however
 * many devices take part at once; energy is spent by each of them.
 */

const components = [
  'form',
  'reset',
  'set',
  'pulse',
  'weakPulse',
  'halfSelect',
  'read',
  'look',
  'relaxation',
  'wakeUp',
  'fecapWrite',
  'transfer',
  'conversion',
] as const;
export type Component = (typeof components)[number];

export interface Rate {
  /** Of one operation (s). */
  readonly time: number;
  /** Of one device (J). */
  readonly energy: number;
}

/** What a component does without a rate is free. */
export type Rates = Readonly<Partial<Record<Component, Rate>>>;

/** What one component did. */
export interface Counts {
  readonly rate: Rate;
  operations: number;
  devices: number;
}

interface Total {
  time: number;
  energy: number;
}

export interface Ledger {
  readonly of: Readonly<Record<Component, Counts>>;
  /** Of all that is settled. */
  readonly total: Total;
  /** Of what goes on. */
  readonly open: Total;
}

const free: Rate = { time: 0, energy: 0 };

/** @param total to which everything is added */
export function openLedger(rates: Rates, total: Total = { time: 0, energy: 0 }): Ledger {
  const counts = components.map((component) => [
    component,
    { rate: rates[component] ?? free, operations: 0, devices: 0 },
  ]);
  return {
    of: Object.fromEntries(counts) as Record<Component, Counts>,
    total,
    open: { time: 0, energy: 0 },
  };
}

/** Notes a part of what goes on. @param counts of a component of the ledger */
export function spend({ open }: Ledger, counts: Counts, operations: number, devices = operations): void {
  counts.operations += operations;
  counts.devices += devices;
  open.time += operations * counts.rate.time;
  open.energy += devices * counts.rate.energy;
}

/** Adds what went on to the total, as one: sums depend on what is added up first. */
export function settle({ total, open }: Ledger): void {
  total.time += open.time;
  total.energy += open.energy;
  open.time = 0;
  open.energy = 0;
}

/** By component: how much it did, and what that took (s, J). */
export type Account = Partial<Record<Component, Omit<Counts, 'rate'> & Total>>;

/** What several ledgers, and an account before them, hold together; components that did nothing are absent. */
export function accountOf(ledgers: readonly Pick<Ledger, 'of'>[], before: Account = {}): Account {
  const account: Account = {};
  for (const component of components) {
    const sum = { operations: 0, devices: 0, time: 0, energy: 0, ...before[component] };
    for (const { of } of ledgers) {
      const { rate, operations, devices } = of[component];
      sum.operations += operations;
      sum.devices += devices;
      sum.time += operations * rate.time;
      sum.energy += devices * rate.energy;
    }
    if (sum.operations + sum.devices > 0) account[component] = sum;
  }
  return account;
}
