/** What the schemes have in common that form cells, program them one by one and read them back. */
import type { z } from 'zod';
import type { Rates } from '../ledger.ts';
import type { Cell } from '../target/cell.ts';
import { type Effect, percent, siemens } from '../target/effect.ts';
import { quantity, type Read, share } from '../target/leaf.ts';
import { mixed, type Spread, resetSpread as spreadAfterReset } from './spread.ts';

export const resetSpread = quantity('S', 'Spread of the conductance right after RESET');
export const forming = {
  formTime: quantity('s', 'Time of forming one cell'),
  formEnergy: quantity('J', 'Energy of forming one cell'),
};

export const readBack = {
  unresponsive: share('Share of cells that no pulse moves'),
  resetSpread,
  pulseTime: quantity('s', 'Time of one programming pulse'),
  pulseEnergy: quantity('J', 'Energy of one programming pulse'),
  readTime: quantity('s', 'Time of one verify reading'),
  readEnergy: quantity('J', 'Energy of one verify reading'),
  ...forming,
};
export type ReadBackProgramming = Read<z.ZodObject<typeof readBack>>;

/** Cells as programming leaves them, and among them those that no pulse moves. */
export function withUnresponsive(
  { unresponsive, resetSpread: left }: ReadBackProgramming,
  cell: Cell,
  reached: Spread,
): Spread {
  return mixed([1 - unresponsive, reached], [unresponsive, spreadAfterReset(cell, left)]);
}

/** What all of them answer alike. */
export function readBackAnswers(law: ReadBackProgramming, cell: Cell) {
  return {
    exact: false,
    readsBack: true,
    openLoop: false,
    afterReset: () => spreadAfterReset(cell, law.resetSpread),
    rates: ratesOf(law),
  } as const;
}

function ratesOf(law: ReadBackProgramming): Rates {
  const pulse = { time: law.pulseTime, energy: law.pulseEnergy };
  return {
    form: { time: law.formTime, energy: law.formEnergy },
    reset: pulse,
    pulse,
    read: { time: law.readTime, energy: law.readEnergy },
  };
}

export function readBackEffects(law: ReadBackProgramming): Effect[] {
  return [
    {
      name: 'unresponsive cells',
      applied: law.unresponsive > 0,
      parameters: { unresponsive: percent(law.unresponsive) },
      law: 'this share of the cells keeps its conductance after RESET',
    },
    {
      name: 'spread after RESET',
      applied: law.resetSpread > 0,
      parameters: { resetSpread: siemens(law.resetSpread) },
      law: 'G = gMin + |resetSpread xi|',
    },
  ];
}

/** The same law without one of these. */
export function readBackIdeals(law: ReadBackProgramming) {
  return {
    'unresponsive cells': { programming: { ...law, unresponsive: 0 } },
    'spread after RESET': { programming: { ...law, resetSpread: 0 } },
  };
}

/** The window that can be programmed, as effects name it. */
export const windowOf = ({ gMin, gMax }: Cell): Effect['parameters'] => ({
  'cell.gMin': siemens(gMin),
  'cell.gMax': siemens(gMax),
});
