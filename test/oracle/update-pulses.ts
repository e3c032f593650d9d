/**
 * Every pulse of a parallel update that a cell sees, in the order of time: a phase for each pair of signs that rows and columns
 * have, slot by slot (Gokmen and Vlasov, Front. Neurosci. 2016). Where a row and a column pulse together the cell is selected,
 * where one of them does it is half-selected. What a soft-bounds device with bounds of 1 and -1 makes of one, without noise.
 */
import type { LineTrains } from '../../src/schemes/parallel-update/trains.ts';

export interface CellPulse {
  readonly row: number;
  readonly column: number;
  readonly up: boolean;
  readonly half: boolean;
}

const phases = [
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const;

export function* pulsesOfUpdate(rows: LineTrains, columns: LineTrains, slots: number): Generator<CellPulse> {
  const pulses = ({ words, signs }: LineTrains, line: number, sign: number, slot: number) =>
    signs[line] === sign && ((words[line]! >>> slot) & 1) === 1;
  for (const [rowSign, columnSign] of phases) {
    if (!rows.signs.includes(rowSign) || !columns.signs.includes(columnSign)) continue;
    for (let slot = 0; slot < slots; slot++)
      for (const row of rows.words.keys())
        for (const column of columns.words.keys()) {
          const across = pulses(rows, row, rowSign, slot);
          const down = pulses(columns, column, columnSign, slot);
          if (across || down) yield { row, column, up: rowSign === columnSign, half: across !== down };
        }
  }
}

/** The state behind a step towards a bound, `share` of what is left of the way. */
export const stepped = (w: number, share: number, up: boolean) =>
  up ? w + share * (1 - w) : w - share * (1 + w);
