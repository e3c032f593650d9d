/**
 * The programs of two bitstreams of the same placement -> the programs of a delta: what a chip that was programmed from
 * the first is told to become as if it had been programmed from the second. FORMAT.md says what a delta leaves out.
 */

import { isDeepStrictEqual } from 'node:util';
import { InternalError } from '../diagnostics/diagnostic.ts';
import {
  type ArrayProgram,
  type Instruction,
  type ProgramInstruction,
  transfersOf,
  type WriteHiddenInstruction,
} from '../ir/schedule.ts';
import { type HiddenPlane, transferredDigit } from '../target/hidden-plane.ts';

/** How much of a hidden integer a transfer reads. */
type HiddenBits = Pick<HiddenPlane, 'bits' | 'transferBits'>;

type Programs = AsyncIterable<ArrayProgram> | Iterable<ArrayProgram>;

/**
 * The delta between two bitstreams, array after array; arrays in which nothing changes are left out.
 * @param before what the chip was programmed with, every array in ascending order
 * @param after what it is to be programmed with, the same arrays in the same order
 * @param hidden undefined on a chip without hidden planes
 * @throws InternalError where the two place their weights differently, or program cells by anything but transfers or level
 *   codes
 */
export async function* deltaOf(
  before: Programs,
  after: Programs,
  hidden: HiddenBits | undefined,
): AsyncGenerator<ArrayProgram, void, undefined> {
  const rest = each(after);
  for await (const program of before) {
    const next = await rest.next();
    if (next.done) return different(program.array, 'it has no program any more');
    const instructions = changesOf(program, next.value, hidden);
    if (instructions.length > 0) yield { array: program.array, instructions };
  }
  const more = await rest.next();
  if (!more.done) different(more.value.array, 'it had no program');
}

async function* each(programs: Programs): AsyncGenerator<ArrayProgram, void, undefined> {
  yield* programs;
}

function changesOf(before: ArrayProgram, after: ArrayProgram, hidden: HiddenBits | undefined): Instruction[] {
  const { array } = before;
  if (after.array !== array) different(array, `array ${after.array} stands in its place`);
  if (after.instructions.length !== before.instructions.length)
    different(array, `${before.instructions.length} instructions have become ${after.instructions.length}`);
  const settings: Instruction[] = [];
  const writes: (WriteHiddenInstruction | ProgramInstruction)[] = [];
  const rowsOfPair = new Map<number, number[]>();
  after.instructions.forEach((now, number) => {
    const was = before.instructions[number]!;
    if (isDeepStrictEqual(was, now)) return;
    if (now.op === 'driver' && was.op === 'driver') settings.push(now);
    else if (now.op === 'converter' && was.op === 'converter' && was.block === now.block) settings.push(now);
    else if (now.op === 'program' && was.op === 'program' && coversCells(was, now)) {
      const { op, row, column, tolerance, codes } = now;
      for (const { start, end } of changedRuns(was.codes, codes))
        writes.push({ op, row, column: column + start, tolerance, codes: codes.slice(start, end) });
    } else if (hidden && now.op === 'write-hidden' && was.op === 'write-hidden' && covers(was, now)) {
      const { op, row, pair, values } = now;
      for (const { start, end } of changedRuns(was.values, values))
        writes.push({ op, row, pair: pair + start, values: values.slice(start, end) });
      for (const [i, value] of now.values.entries()) {
        if (transferredDigit(was.values[i]!, hidden) === transferredDigit(value, hidden)) continue;
        const rows = rowsOfPair.get(now.pair + i);
        if (rows) rows.push(now.row);
        else rowsOfPair.set(now.pair + i, [now.row]);
      }
    } else different(array, `instruction ${number} (${was.op}) has become another (${now.op})`);
  });
  return [...settings, ...writes, ...transfersOf(ascending(rowsOfPair))];
}

/** Whether two instructions write the same pairs of the same line. */
function covers(was: WriteHiddenInstruction, now: WriteHiddenInstruction): boolean {
  return was.row === now.row && was.pair === now.pair && was.values.length === now.values.length;
}

function coversCells(was: ProgramInstruction, now: ProgramInstruction): boolean {
  const same = was.row === now.row && was.column === now.column && was.tolerance === now.tolerance;
  return same && was.codes.length === now.codes.length;
}

/** Where numbers change: runs of neighbours, from `start` to before `end`. */
function changedRuns(was: ArrayLike<number>, now: ArrayLike<number>) {
  const changed = (i: number): boolean => i < now.length && was[i] !== now[i];
  const runs: { readonly start: number; readonly end: number }[] = [];
  for (let at = 0; at < now.length; at++) {
    if (!changed(at)) continue;
    const start = at;
    while (changed(at)) at++;
    runs.push({ start, end: at });
  }
  return runs;
}

function ascending(rowsOfPair: ReadonlyMap<number, number[]>): Map<number, number[]> {
  return new Map([...rowsOfPair].map(([pair, rows]) => [pair, rows.sort((a, b) => a - b)]));
}

function different(array: number, how: string): never {
  throw new InternalError('delta', `array ${array}: ${how}; a delta needs the same placement`);
}
