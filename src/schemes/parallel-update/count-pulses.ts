/** What pulse trains come to: phases, steps of either sense, and the pulses of every line in phases of either sense. */
import type { Sense } from '../../kernels/soft-steps.ts';
import { type LineTrains, pulsesOf } from './trains.ts';

type Counts = Readonly<Record<Sense, Float64Array>>;

export interface PulseCounts {
  /** Pairs of signs that rows and columns have: each takes as long as a train. */
  readonly phases: number;
  /** Meetings of pulses, over all cells. */
  readonly steps: Readonly<Record<Sense, number>>;
  /** Of every line; it pulses in a phase for each sign that lines across have. */
  readonly rows: Counts;
  readonly columns: Counts;
}

const signs = [1, -1] as const;

/** @param length slots of a train */
export function countPulses(rows: LineTrains, columns: LineTrains, length: number): PulseCounts {
  const bySlot = (lines: LineTrains, sign: number) =>
    Array.from({ length }, (_, slot) =>
      lines.words.reduce((sum, word, i) => sum + (lines.signs[i] === sign ? (word >>> slot) & 1 : 0), 0),
    );
  const [rowSlots, columnSlots] = [rows, columns].map((lines) => signs.map((sign) => bySlot(lines, sign)));
  const meetings = (ofRows: 0 | 1, ofColumns: 0 | 1) =>
    rowSlots![ofRows]!.reduce((sum, count, slot) => sum + count * columnSlots![ofColumns]![slot]!, 0);
  const has = (lines: LineTrains) => signs.filter((sign) => lines.signs.includes(sign)).length;
  return {
    phases: has(rows) * has(columns),
    steps: { up: meetings(0, 0) + meetings(1, 1), down: meetings(0, 1) + meetings(1, 0) },
    rows: ofLines(rows, columns),
    columns: ofLines(columns, rows),
  };
}

function ofLines(own: LineTrains, across: LineTrains): Counts {
  const counts = { up: new Float64Array(own.words.length), down: new Float64Array(own.words.length) };
  const [plus, minus] = signs.map((sign) => across.signs.includes(sign));
  for (const [i, word] of own.words.entries()) {
    if (word === 0) continue;
    const above = own.signs[i]! > 0;
    if (above ? plus : minus) counts.up[i] = pulsesOf(word);
    if (above ? minus : plus) counts.down[i] = pulsesOf(word);
  }
  return counts;
}
