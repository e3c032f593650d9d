/**
 * A chip as whoever programs it reads it back, one cell after the other: a programmed chip and a time -> what its cells conduct
 * then, what reading them gives, and the chip with these readings on its counters.
 */
import { accountOf, openLedger, settle, spend } from '../ledger.ts';
import { openCells } from '../schemes/cells.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';
import type { ArrayHistory, Chip } from './chip.ts';
import { readArrays } from './read.ts';

export interface ReadBackOptions {
  /** Seconds after programming. */
  readonly at: number;
  /** Readings of every cell, which are averaged. */
  readonly reads: number;
  /** Whether they have noise. */
  readonly noise: boolean;
  readonly threads: number;
}

export interface ReadBackChip {
  readonly chip: Chip;
  /** Array by array (S). Of cells that were told no level nothing is read: they have their conductance. */
  readonly present: readonly Float32Array[];
  readonly readings: readonly Float32Array[];
  /** Cells that were read, each `reads` times. */
  readonly cells: number;
}

/** Seconds that the readings of one cell take: noise that is slower is a state of the cell. */
export function readingTime(target: Target, reads: number): number {
  return reads * (schemeOf(target).rates.read?.time ?? 0);
}

/** @param chip with its history, of a scheme that reads back */
export async function readBack(
  chip: Chip,
  target: Target,
  { at, reads, noise, threads }: ReadBackOptions,
): Promise<ReadBackChip> {
  const conditions = { at, noise, wires: false, image: readingTime(target, reads) };
  const { conductances, variances } = await readArrays(chip, target, conditions, { threads });
  const ledgers: ReturnType<typeof openLedger>[] = [];
  let cells = 0;
  const arrays = conductances.map((present, array) => {
    const { levels, operations, ...history } = chip.history![array]!;
    const seen = operations.slice();
    const counters = { ...chip.counters[array]! };
    const ledger = openLedger(schemeOf(target).rates, counters);
    ledgers.push(ledger);
    const { readBack: law } = openCells(target, chip.header, chip.seed, array);
    const readings = present.slice();
    for (const [cell, level] of levels.entries()) {
      if (level < 0) continue;
      cells++;
      counters.verifyReads += reads;
      spend(ledger, ledger.of.read, reads);
      settle(ledger);
      const event = seen[cell]! * seen.length + cell;
      seen[cell]!++;
      const sigma = Math.hypot(law?.readNoise ?? 0, Math.sqrt(variances?.[array]?.[cell] ?? 0));
      if (!law || !noise || sigma === 0) continue;
      law.stream.seek(event);
      readings[cell]! += (sigma * law.stream.normal()) / Math.sqrt(reads);
    }
    return { readings, counters, history: { ...history, levels, operations: seen } satisfies ArrayHistory };
  });
  return {
    chip: {
      ...chip,
      counters: arrays.map((array) => array.counters),
      history: arrays.map((array) => array.history),
      ...(chip.spent && { spent: accountOf(ledgers, chip.spent) }),
    },
    present: conductances,
    readings: arrays.map((array) => array.readings),
    cells,
  };
}
