/** Weights and cells lead to each other, and what the schedule writes into the cells of a weight are its digits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeRows } from '../../passes/map/exchange-rows.ts';
import { orderRows } from '../../passes/map/order-rows.ts';
import { workAroundFaults } from '../../passes/map/work-around-faults.ts';
import { writeSchedule } from '../../passes/program/write-schedule.ts';
import { type Cell, indexCells } from '../../src/ir/cell-index.ts';
import { cellsOf, weightRows } from '../../src/ir/cells.ts';
import {
  blocksByLayer,
  cellsPerWeight,
  digitsOf,
  type Mapping,
  partsOf,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { placementsOf, tilesOf } from '../../src/ir/tiles.ts';
import { verifyMapping } from '../../src/ir/verify-mapping.ts';
import { weightPlacesOf } from '../../src/ir/weight-places.ts';
import type { Target } from '../../src/target/target.ts';
import { writeVerifyTarget } from '../chip/bench.ts';
import {
  convGeometry,
  place,
  quantizedLayer,
  recordFor,
  sized,
  slicedLayer,
  unitConverters,
} from '../passes/layers.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { ohmWires } from '../support/reading-laws.ts';

const [rows, columns] = [18, 22];
const programming = { ...writeVerifyTarget.programming, tolerance: 1, readNoise: 0.5 };
const target: Target = { ...sized(rows, columns), programming };

const ways = [
  { encoding: 'differential', radix: 255 },
  { encoding: 'offset', radix: 255 },
  { encoding: 'differential', radix: 17, slices: 2, copies: 2, levelStep: 3 },
  { encoding: 'offset', radix: 17, slices: 2, copies: 2, levelStep: 3 },
  { encoding: 'differential', radix: 17, slices: 2, copies: 2, levelStep: 3, residual: true },
  { encoding: 'differential', radix: 255, repeats: 3 },
  { encoding: 'differential', radix: 129, copies: 4, digitsPerOne: 2 },
  { encoding: 'offset', radix: 87, copies: 3, digitsPerOne: 1 },
  { encoding: 'offset', radix: 255, repeats: 2 },
  { encoding: 'differential', radix: 17, slices: 2, copies: 2, repeats: 2, levelStep: 3, residual: true },
] as const;

const shape = fc.record({
  groups: fc.integer({ min: 1, max: 5 }),
  rows: fc.integer({ min: 1, max: 25 }),
  columns: fc.integer({ min: 1, max: 9 }),
  way: fc.constantFrom(...ways),
});

/** Mappings with moved and exchanged columns and rows, over several layers. */
const mappings = fc
  .tuple(
    fc.array(shape, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('in order', 'columns', 'columns and rows', 'by magnitude'),
    fc.integer({ min: 0, max: 1e6 }),
  )
  .map(([shapes, moved, seed]): Mapping => {
    const layers = shapes.map(({ way, ...size }, i) => {
      const geometry = size.groups > 1 ? { geometry: convGeometry(size.rows) } : {};
      return slicedLayer(quantizedLayer({ ...size, ...geometry, output: `y${i}` }), way);
    });
    const wired = { target: { ...target, wires: ohmWires } };
    if (moved === 'by magnitude') return orderRows.run(place(layers, wired.target), wired);
    const inOrder = place(layers, target);
    const context = {
      faults: drawFaults(target, inOrder.arrays, 0.1, seed),
      record: recordFor(layers),
      target,
    };
    if (moved === 'in order') return inOrder;
    const around = workAroundFaults.run(inOrder, context);
    return moved === 'columns' ? around : exchangeRows.run(around, context);
  });

/** Level codes of an array when every reading is what it should be; -1 where nothing is programmed. */
function programmed(mapping: Mapping): Int32Array[] {
  const context = { converters: unitConverters(mapping, 0.5), target };
  return Array.from(writeSchedule.run(mapping, context), ({ instructions }) => {
    const codes = new Int32Array(rows * columns).fill(-1);
    for (const i of instructions) {
      if (i.op === 'program') codes.set(i.codes, i.row * columns + i.column);
      if (i.op !== 'program-residual') continue;
      i.values.forEach((value, pair) => {
        const plus = i.row * columns + i.column + 2 * pair;
        const read = i.sources.reduce(
          (sum, { distance, ratio }) => sum + ratio * (codes[plus + distance]! - codes[plus + distance + 1]!),
          0,
        );
        const aim = Math.round(i.scale * value - read);
        codes.set([Math.max(aim, 0), Math.max(-aim, 0)], plus);
      });
    }
    return codes;
  });
}

const nameOf = ({ array, row, column }: Cell) => `${array} ${row} ${column}`;

/** The digit that a part's cells hold. */
function digitIn(
  { encoding, radix, levelStep }: SlicedLayer,
  cells: readonly Cell[],
  codes: Int32Array[],
): number {
  const level = cells.reduce((sum, c) => sum + c.sign * codes[c.array]![c.row * columns + c.column]!, 0);
  return level / levelStep - (encoding === 'offset' ? (radix - 1) / 2 : 0);
}

const everyMapping = (check: (mapping: Mapping) => void) =>
  fc.assert(fc.property(mappings, check), { numRuns: 30 });

describe('cells', () => {
  it('of every weight lead back to it, are its own, and hold its digits', () => {
    const moved = new Set<string>();
    everyMapping((mapping) => {
      verifyMapping(mapping, target);
      const { cellAt, cellsOfWeight } = indexCells(mapping);
      const codes = programmed(mapping);
      const taken: string[] = [];
      for (const [index, layer] of mapping.layers.entries()) {
        const perPart = layer.encoding === 'differential' ? 2 : 1;
        for (let weight = 0; weight < layer.node.integers.length; weight++) {
          const cells = cellsOfWeight(index, weight);
          expect(cells.length).toBe(perPart * cellsPerWeight(layer));
          expect(cells.every((cell) => cell.layer === index && cell.weight === weight)).toBe(true);
          expect(cells.map(({ array, row, column }) => cellAt(array, row, column))).toEqual(cells);
          for (const cell of cells) taken.push(nameOf(cell));
          for (let part = 0; part < partsOf(layer); part++) {
            const own = cells.filter((cell) => cell.part === part);
            const { slice, copy } = own[0]!;
            expect([own.length, slice * layer.copies + copy]).toEqual([perPart * layer.repeats, part]);
            for (let first = 0; first < own.length; first += perPart) {
              const repeat = own.slice(first, first + perPart);
              expect(digitIn(layer, repeat, codes)).toBe(digitsOf(layer, { slice, copy }, weight, 1)[0]);
            }
            // In rows of their own, and the same columns.
            expect(new Set(own.map((cell) => cell.row)).size).toBe(layer.repeats);
            expect(new Set(own.map((cell) => cell.column)).size).toBe(perPart);
          }
        }
      }
      expect(new Set(taken).size).toBe(taken.length);
      for (const { places, rowPlaces } of mapping.blocks) {
        if (places?.flipped.includes(1)) moved.add('flipped');
        if (places) moved.add('columns');
        if (rowPlaces) moved.add('rows');
      }
    });
    expect([...moved].sort()).toEqual(['columns', 'flipped', 'rows']);
  });

  it('without a weight are references, spare, off the diagonal, or of no block', () => {
    everyMapping((mapping) => {
      const { cellAt } = indexCells(mapping);
      const codes = programmed(mapping);
      const weights = mapping.layers.map(() => 0);
      for (let array = 0; array < mapping.arrays; array++) {
        for (let at = 0; at < rows * columns; at++) {
          const cell = cellAt(array, Math.floor(at / columns), at % columns);
          if (cell?.weight !== undefined) {
            weights[cell.layer]!++;
            continue;
          }
          // Pairs are not programmed there; beside a reference they hold the digit 0, as the reference does.
          const { encoding, radix, levelStep } = mapping.layers[cell?.layer ?? 0]!;
          const zero = cell && encoding === 'offset' ? ((radix - 1) / 2) * levelStep : -1;
          expect(codes[array]![at]).toBe(zero);
        }
      }
      const expected = mapping.layers.map(
        (layer) => layer.node.integers.length * cellsPerWeight(layer) * (layer.encoding === 'offset' ? 1 : 2),
      );
      expect(weights).toEqual(expected);
      expect(cellAt(mapping.arrays, 0, 0)).toBeUndefined();
      expect(cellAt(0, rows, 0)).toBeUndefined();
    });
  });

  it('are the same row by row, weight by weight, and in a package', () => {
    everyMapping((mapping) => {
      const { cellsOfWeight } = indexCells(mapping);
      for (const [index, own] of blocksByLayer(mapping).entries()) {
        const layer = mapping.layers[index]!;
        const pitch = layer.encoding === 'differential' ? 2 : 1;
        for (const number of own) {
          const block = mapping.blocks[number]!;
          for (const { row, first, runs } of weightRows(block, layer)) {
            for (const { column, weights, signs } of runs) {
              const found = Array.from(weights, (weight) => {
                const [cell] = cellsOfWeight(index, first + weight).filter(
                  (c) => c.block === number && c.row === row,
                );
                return [cell!.row, cell!.column, cell!.sign];
              });
              expect(found).toEqual(Array.from(signs, (sign, i) => [row, column + pitch * i, sign]));
            }
          }
        }
        const blocks = own.map((number) => [number, mapping.blocks[number]!] as const);
        expect(
          placementsOf({ ...tilesOf(blocks), repeats: layer.repeats }).map((tile) =>
            cellsOf(tile, layer.encoding),
          ),
        ).toEqual(blocks.map(([, block]) => cellsOf(block, layer.encoding)));
        // Beside blocks of another encoding pairs may begin at odd columns, and have no number.
        if (mapping.layers.some(({ encoding }) => encoding === 'offset') || cellsPerWeight(layer) > 1)
          continue;
        const { array, row, pair, sign } = weightPlacesOf(mapping, index);
        layer.node.integers.forEach((_, weight) => {
          const [cell] = cellsOfWeight(index, weight);
          expect([cell!.array, cell!.row, cell!.column, cell!.sign]).toEqual([
            array[weight],
            row[weight],
            2 * pair[weight]!,
            sign[weight],
          ]);
        });
      }
    });
  });
});
