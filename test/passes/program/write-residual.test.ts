import { describe, expect, it } from 'vitest';
import { writeSchedule } from '../../../passes/program/write-schedule.ts';
import { printInstruction } from '../../../src/bitstream/disassemble.ts';
import type { SlicedLayer } from '../../../src/ir/mapping.ts';
import type { Instruction } from '../../../src/ir/schedule.ts';
import { writeVerifyTarget } from '../../chip/bench.ts';
import { convGeometry, place, quantizedLayer, sized, slicedLayer, unitConverters } from '../layers.ts';

const programming = { ...writeVerifyTarget.programming, tolerance: 1, readNoise: 0.5 };

/** @param step converter codes, in level steps */
function programOf(layer: SlicedLayer, rows: number, columns: number, step = 0.5): Instruction[] {
  const target = { ...sized(rows, columns), programming };
  const mapping = place([layer], target);
  const converters = unitConverters(mapping, step);
  const [program] = writeSchedule.run(mapping, { converters, target });
  return [...program!.instructions];
}

const programmed = (instructions: readonly Instruction[]) =>
  instructions.flatMap((i) => (i.op === 'program' || i.op === 'program-residual' ? [i] : []));

describe('write-residual', () => {
  it('programs the upper digit, the lower against it, and then each against the other', () => {
    // 10 = 1 * 7 + 3 and -3 = 0 * 7 - 3.
    const node = quantizedLayer({ groups: 1, rows: 1, columns: 2, integers: Int8Array.of(10, -3) });
    const layer = slicedLayer(node, { radix: 7, slices: 2, levelStep: 9, residual: true });
    const instructions = programOf(layer, 2, 8);
    // (7 * 0.5 / 1)^2 = 12.25 readings; 9 / 7 and 1 / 7 the other way round.
    const lower =
      'program-residual row=0 column=0 tolerance=1 reads=13 scale=9 grain=1 distances=4 ratios=7 grains=0 values=10,-3';
    expect(programmed(instructions).map(printInstruction)).toEqual([
      'program row=0 column=4 tolerance=1 codes=9,0*3',
      lower,
      'program-residual row=0 column=4 tolerance=1 reads=1 scale=1.2857143 grain=1 distances=-4 ratios=0.14285715 grains=0 values=10,-3',
      lower,
    ]);
    // Formed, reset and verified are all parts.
    const formed = instructions.filter((i) => i.op === 'form').map(printInstruction);
    expect(formed).toEqual(['form row=0 mask=0-7']);
    expect(instructions.filter((i) => i.op === 'verify').map((i) => i.column)).toEqual([0, 4]);
  });

  it('counts parts in whole digits where their converters tell single digits apart', () => {
    const node = quantizedLayer({ groups: 1, rows: 1, columns: 1, integers: Int8Array.of(10) });
    const layer = slicedLayer(node, { radix: 7, slices: 2, levelStep: 9, residual: true });
    const grains = (step: number) =>
      programmed(programOf(layer, 1, 4, step)).flatMap((i) =>
        i.op === 'program' ? [] : [[i.grain, i.sources[0]!.grain, i.reads]],
      );
    // One digit is nine levels of one siemens.
    expect(grains(9)).toEqual([
      [9, 9, 1],
      [9, 9, 1],
      [9, 9, 1],
    ]);
    for (const step of [8.5, 9.5])
      expect(grains(step)).toEqual([
        [1, 0, 13],
        [1, 0, 1],
        [1, 0, 13],
      ]);
  });

  it('gives copies what is left of as many weights as there are copies so far', () => {
    const node = quantizedLayer({ groups: 1, rows: 1, columns: 1, integers: Int8Array.of(-5) });
    const layer = slicedLayer(node, { radix: 15, copies: 3, residual: true });
    const steps = programmed(programOf(layer, 1, 6)).map((i) =>
      i.op === 'program'
        ? [i.column, ...i.codes]
        : [i.column, i.scale, ...i.values, ...i.sources.map((s) => `${s.distance}x${s.ratio}`)],
    );
    expect(steps).toEqual([
      [0, 0, 5],
      [2, 1, -10, '-2x1'],
      [4, 1, -15, '-4x1', '-2x1'],
      [0, 1, -15, '2x1', '4x1'],
      [2, 1, -15, '-2x1', '2x1'],
      [4, 1, -15, '-4x1', '-2x1'],
    ]);
  });

  it('aims exactly at the digits where every reading is nominal, over tiles, packs, slices and copies', () => {
    for (const [groups, rows, columns] of [
      [1, 30, 9],
      [5, 9, 1],
    ] as const) {
      const node = quantizedLayer({
        groups,
        rows,
        columns,
        ...(groups > 1 && { geometry: convGeometry(9) }),
      });
      const layer = slicedLayer(node, { radix: 17, slices: 2, copies: 2, levelStep: 7, residual: true });
      const cells = new Int32Array(100 * 64);
      let aimed = 0;
      for (const i of programmed(programOf(layer, 100, 64))) {
        const first = i.row * 64 + i.column;
        if (i.op === 'program') {
          i.codes.forEach((code, k) => {
            cells[first + k] = code;
          });
          continue;
        }
        i.values.forEach((value, k) => {
          const plus = first + 2 * k;
          const read = i.sources.reduce(
            (sum, { distance, ratio }) =>
              sum + ratio * (cells[plus + distance]! - cells[plus + distance + 1]!),
            0,
          );
          const aim = i.scale * value - read;
          const digit = Math.round(aim / 7);
          expect(Math.abs(aim - 7 * digit)).toBeLessThan(1e-3);
          expect(Math.abs(digit)).toBeLessThanOrEqual(8);
          if (cells[plus] !== 0 || cells[plus + 1] !== 0)
            expect(cells[plus]! - cells[plus + 1]!).toBe(7 * digit);
          cells[plus] = 7 * Math.max(digit, 0);
          cells[plus + 1] = 7 * Math.max(-digit, 0);
          aimed++;
        });
      }
      // All but the first part in the first round, all four in the second.
      expect(aimed).toBe(7 * groups * rows * columns);
    }
  });
});
