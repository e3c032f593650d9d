import { describe, expect, it } from 'vitest';
import { writeSchedule } from '../../../passes/program/write-schedule.ts';
import { printInstruction } from '../../../src/bitstream/disassemble.ts';
import type { Mapping, SlicedLayer } from '../../../src/ir/mapping.ts';
import type { ArrayProgram } from '../../../src/ir/schedule.ts';
import { hiddenInteger } from '../../../src/target/hidden-plane.ts';
import type { Target } from '../../../src/target/target.ts';
import { transferTarget } from '../../chip/bench.ts';
import { convGeometry, place, quantizedLayer, sized, slicedLayer, unitConverters } from '../layers.ts';

function schedule(layer: SlicedLayer, target: Target): { mapping: Mapping; programs: ArrayProgram[] } {
  const mapping = place([layer], target);
  const converters = unitConverters(mapping);
  return { mapping, programs: [...writeSchedule.run(mapping, { converters, target })] };
}

/** How often each cell is named by instructions of one kind. */
function counts(program: ArrayProgram, columns: number, op: 'form' | 'program'): Map<string, number> {
  const seen = new Map<string, number>();
  const add = (row: number, column: number) =>
    seen.set(`${row} ${column}`, (seen.get(`${row} ${column}`) ?? 0) + 1);
  for (const i of program.instructions) {
    if (op === 'form' && i.op === 'form') {
      for (let c = 0; c < columns; c++) if ((i.mask[c >> 3]! >> (c & 7)) & 1) add(i.row, c);
    }
    if (op === 'program' && i.op === 'program') for (const c of i.codes.keys()) add(i.row, i.column + c);
  }
  return seen;
}

describe('write-schedule', () => {
  const small = quantizedLayer({
    groups: 1,
    rows: 2,
    columns: 2,
    integers: Int8Array.of(3, -2, 0, 1),
    weightMax: 3,
  });

  it('writes pairs: positive digits into the first column, negative into the second', () => {
    const { programs } = schedule(slicedLayer(small, { radix: 7, levelStep: 9 }), sized(4, 8));
    expect(programs.map((p) => p.instructions.map(printInstruction))).toEqual([
      [
        'driver bits=1 vRead=0.2',
        'converter block=0 bits=8 convert=pair zero=0,0 step=1,1',
        'form row=0 mask=0-3',
        'form row=1 mask=0-3',
        'reset row=0 mask=0-3',
        'reset row=1 mask=0-3',
        'program row=0 column=0 tolerance=0.5 codes=27,0,0,18',
        'program row=1 column=0 tolerance=0.5 codes=0,0,9,0',
        'verify row=0 column=0 count=4 tolerance=0.5',
        'verify row=1 column=0 count=4 tolerance=0.5',
      ],
    ]);
  });

  it('writes an offset, and the reference column', () => {
    const { programs } = schedule(slicedLayer(small, { encoding: 'offset', radix: 7 }), sized(4, 8));
    const codes = programs[0]!.instructions.filter((i) => i.op === 'program').map(printInstruction);
    expect(codes).toEqual([
      'program row=0 column=0 tolerance=0.5 codes=6,1,3',
      'program row=1 column=0 tolerance=0.5 codes=3,4,3',
    ]);
  });

  it('fills an offset block-diagonal with the digit 0, so that all columns see the rows of all groups', () => {
    const node = quantizedLayer({
      groups: 2,
      rows: 1,
      columns: 2,
      integers: Int8Array.of(1, 2, -1, -2),
      weightMax: 3,
      geometry: convGeometry(1),
    });
    const { programs } = schedule(slicedLayer(node, { encoding: 'offset', radix: 7 }), sized(4, 8));
    const codes = programs[0]!.instructions.filter((i) => i.op === 'program').map(printInstruction);
    expect(codes).toEqual([
      'program row=0 column=0 tolerance=0.5 codes=4,5,3*3',
      'program row=1 column=0 tolerance=0.5 codes=3,3,2,1,3',
    ]);
  });

  it('leaves the unused cells of packed pairs alone, or forms and resets all cells, as the target says', () => {
    const node = quantizedLayer({ groups: 2, rows: 2, columns: 1, geometry: convGeometry(2) });
    const target = sized(4, 4);
    const unformed = schedule(slicedLayer(node), target).programs[0]!;
    expect([...counts(unformed, 4, 'form').keys()].sort()).toEqual([
      '0 0',
      '0 1',
      '1 0',
      '1 1',
      '2 2',
      '2 3',
      '3 2',
      '3 3',
    ]);
    const reset = schedule(slicedLayer(node), { ...target, cell: { ...target.cell, unused: 'reset' } })
      .programs[0]!;
    expect(counts(reset, 4, 'form').size).toBe(16);
    expect(counts(reset, 4, 'program').size).toBe(8);
  });

  it('forms every cell once and programs every weight once, over tiles, packs and slices', () => {
    for (const [groups, rows, columns] of [
      [1, 50, 20],
      [5, 9, 1],
      [3, 21, 2],
    ] as const) {
      const node = quantizedLayer({
        groups,
        rows,
        columns,
        weightMax: 7,
        ...(groups > 1 && { geometry: convGeometry(3) }),
      });
      const { programs } = schedule(slicedLayer(node, { radix: 15, slices: 2 }), sized(20, 12));
      let cells = 0;
      for (const program of programs) {
        const [formed, programmed] = [counts(program, 12, 'form'), counts(program, 12, 'program')];
        for (const seen of [formed, programmed]) expect(new Set(seen.values())).toEqual(new Set([1]));
        expect([...programmed.keys()].every((cell) => formed.has(cell))).toBe(true);
        cells += programmed.size;
      }
      expect(cells).toBe(2 * 2 * groups * rows * columns);
    }
  });

  it('hidden integers sit at the centres of their bins: their most significant bits are the digit', () => {
    const plane = { bits: 10, transferBits: 3 };
    for (let digit = -7; digit <= 7; digit++) {
      const hidden = hiddenInteger(digit, plane);
      expect((Math.abs(hidden) >> 6) * Math.sign(hidden)).toBe(digit);
      if (digit !== 0) expect(Math.abs(hidden) % 64).toBe(32);
      expect(Math.abs(hidden)).toBeLessThanOrEqual(511);
    }
  });

  it('writes hidden weights and transfers each run of neighbouring lines at once', () => {
    const target = { ...transferTarget, array: { rows: 6, columns: 6, arraysPerChip: 1 } };
    const node = quantizedLayer({
      groups: 2,
      rows: 2,
      columns: 1,
      integers: Int8Array.of(7, -1, 0, 3),
      weightMax: 7,
      geometry: convGeometry(2),
    });
    const { programs } = schedule(slicedLayer(node, { radix: 15 }), target);
    const printed = programs[0]!.instructions.map(printInstruction).slice(-10);
    expect(printed).toEqual([
      'wake-up row=0 cycles=1000',
      'wake-up row=1 cycles=1000',
      'wake-up row=2 cycles=1000',
      'wake-up row=3 cycles=1000',
      'write-hidden row=0 pair=0 values=480',
      'write-hidden row=1 pair=0 values=-96',
      'write-hidden row=2 pair=1 values=0',
      'write-hidden row=3 pair=1 values=224',
      'transfer pair=0 firstRow=0 endRow=2',
      'transfer pair=1 firstRow=2 endRow=4',
    ]);
    expect(programs[0]!.instructions.some((i) => i.op === 'program' || i.op === 'verify')).toBe(false);
  });

  it('a digit of several levels a step is hidden as its level code', () => {
    const target = { ...transferTarget, array: { rows: 6, columns: 6, arraysPerChip: 1 } };
    const node = quantizedLayer({
      groups: 1,
      rows: 2,
      columns: 1,
      integers: Int8Array.of(3, -1),
      weightMax: 3,
    });
    const { programs } = schedule(slicedLayer(node, { radix: 7, levelStep: 2 }), target);
    const hidden = programs[0]!.instructions.flatMap((i) => (i.op === 'write-hidden' ? [...i.values] : []));
    // Level codes 6 and 2 of three transferred bits out of nine.
    expect(hidden).toEqual([6 * 64 + 32, -(2 * 64 + 32)]);
  });
});
