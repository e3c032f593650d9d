/**
 * What programming a chip takes, from some of its arrays, evenly spread: these are programmed, and all others counted by how many cells
 * they form.
 */
import { type ArrayCounters, countFields, noCounts, totalCounts } from '../chip/chip.ts';
import { job } from '../chip/execute-array.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { type Account, accountOf, type Ledger } from '../ledger.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { Target } from '../target/target.ts';

/** Arrays that are programmed at most. */
const mostProgrammed = 8;

export interface ExpectedProgramming {
  /** Of all arrays; time is that of one after the other. */
  readonly counters: ArrayCounters;
  /** Arrays that were programmed for it, of how many. */
  readonly programmed: number;
  readonly arrays: number;
}

/** Takes the programs of all arrays, one after the other, and says in the end what they come to. */
export async function expectProgramming(header: BitstreamHeader, target: Target, seed: number) {
  const chosen = new Set(evenlySpread(header.arrays, mostProgrammed));
  const { run } = await job.open({ header, target, seed, keepHistory: false });
  const programmed: ArrayCounters[] = [];
  const ledgers: Pick<Ledger, 'of'>[] = [];
  let formed = 0;
  const factorOf = (known: ArrayCounters) => (known.formed > 0 ? formed / known.formed : 0);
  return {
    /** @param cells that it forms */
    async take(program: ArrayProgram, cells: number): Promise<void> {
      formed += cells;
      if (!chosen.has(program.array)) return;
      const { counters, ledger } = await run(program);
      programmed.push(counters);
      ledgers.push(ledger);
    },
    /** The same by component. */
    spent(): Account {
      const factor = factorOf(totalCounts(programmed));
      const account = Object.entries(accountOf(ledgers));
      return Object.fromEntries(
        account.map(([component, { operations, devices, time, energy }]) => [
          component,
          {
            operations: Math.round(factor * operations),
            devices: Math.round(factor * devices),
            time: factor * time,
            energy: factor * energy,
          },
        ]),
      );
    },
    expected(): ExpectedProgramming {
      const known = totalCounts(programmed);
      const factor = factorOf(known);
      const counters = noCounts();
      for (const field of countFields) {
        const whole = field !== 'time' && field !== 'energy';
        counters[field] = whole ? Math.round(factor * known[field]) : factor * known[field];
      }
      return { counters, programmed: programmed.length, arrays: header.arrays };
    },
  };
}
