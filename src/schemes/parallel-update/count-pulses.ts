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

/** @param length slots of a train */
export function countPulses(rows: LineTrains, columns: LineTrains, length: number): PulseCounts {
  const [rowSlots, columnSlots] = [bySlot(rows, length), bySlot(columns, length)];
  let [up, down] = [0, 0];
  for (let slot = 0; slot < length; slot++) {
    const other = slot + length;
    up += rowSlots[slot]! * columnSlots[slot]! + rowSlots[other]! * columnSlots[other]!;
    down += rowSlots[slot]! * columnSlots[other]! + rowSlots[other]! * columnSlots[slot]!;
  }
  const has = ({ signs }: LineTrains) => Number(signs.includes(1)) + Number(signs.includes(-1));
  return {
    phases: has(rows) * has(columns),
    steps: { up, down },
    rows: ofLines(rows, columns),
    columns: ofLines(columns, rows),
  };
}

/** Pulses in every slot: of lines of sign 1, then of those of sign -1. */
function bySlot({ words, signs }: LineTrains, length: number): Float64Array {
  const slots = new Float64Array(2 * length);
  for (let i = 0; i < words.length; i++) {
    const first = signs[i]! > 0 ? 0 : length;
    for (let rest = words[i]!; rest !== 0; rest &= rest - 1) slots[first + 31 - Math.clz32(rest & -rest)]!++;
  }
  return slots;
}

/** Pulses on half-selected cells. @param rowCells cells that pulses of every row touch, from the first row on; likewise of columns */
export function halfSelected(
  { steps, rows, columns }: PulseCounts,
  rowCells: Float64Array,
  columnCells: Float64Array,
  { row, column }: { readonly row: number; readonly column: number },
): number {
  return along(rows, rowCells, row) + along(columns, columnCells, column) - 2 * (steps.up + steps.down);
}

/** Cells that pulses of lines touch. */
function along({ up, down }: Counts, cells: Float64Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < up.length; i++) sum += (up[i]! + down[i]!) * cells[from + i]!;
  return sum;
}

function ofLines(own: LineTrains, across: LineTrains): Counts {
  const count = own.words.length;
  const [up, down] = [new Float64Array(count), new Float64Array(count)];
  const [plus, minus] = [across.signs.includes(1), across.signs.includes(-1)];
  for (let i = 0; i < count; i++) {
    const word = own.words[i]!;
    if (word === 0) continue;
    const pulses = pulsesOf(word);
    const above = own.signs[i]! > 0;
    if (above ? plus : minus) up[i] = pulses;
    if (above ? minus : plus) down[i] = pulses;
  }
  return { up, down };
}
