/**
 * The sums that a block's columns see when drivers of several bits put digits of the calibration vectors on their rows: the
 * plain way, one multiplication per driven cell, where `column-sums` has single bits.
 */

import { firstInput } from '../../src/ir/cells.ts';
import type { InputCodes } from '../../src/ir/input-codes.ts';
import { codingOf, type InputPlane, inputPlanes } from '../../src/ir/input-planes.ts';
import { lengthOf, type PlacedBlock, type SlicedLayer } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import type { Target } from '../../src/target/target.ts';
import { type CellLaw, type ColumnSums, extremesOf, groupCells } from './column-sums.ts';

interface DrivenDigits {
  /** Unsigned numbers that drive the rows, [part][vector][group][row]. */
  readonly parts: readonly InputCodes[];
  /** Vectors that are used, evenly spread over all. */
  readonly vectors: number;
  /** Whether the two parts drive rows at once, with opposite voltages. */
  readonly bipolar: boolean;
  readonly driver: Target['driver'];
}

/** @returns one per logical column, in order */
export function* digitSums(
  block: PlacedBlock,
  layer: SlicedLayer,
  driven: DrivenDigits,
  { part, floor, beside }: CellLaw,
): Generator<ColumnSums, void, undefined> {
  const [rows, columns, groups] = [lengthOf(block.rows), lengthOf(block.columns), lengthOf(block.groups)];
  const foreign = groups > 1 ? beside : 0;
  const highest = 2 ** driven.driver.bits - 1;
  const digits = Array.from({ length: groups }, (_, own) => digitsOfGroup(block, layer, driven, own));
  const totals = digits.map((own) => totalsOf(own, rows));
  for (const [own, values] of digits.entries()) {
    const samples = values.length / rows;
    const cells = groupCells(block, layer, own, part);
    const besides = totals[own]!.map((_, s) =>
      foreign === 0 ? 0 : foreign * totals.reduce((sum, of, g) => sum + (g === own ? 0 : of[s]!), 0),
    );
    const sums = new Float64Array(columns * samples);
    for (let sample = 0; sample < samples; sample++) {
      for (let column = 0; column < columns; column++) sums[column * samples + sample] = besides[sample]!;
      for (let row = 0; row < rows; row++) {
        const digit = values[sample * rows + row]!;
        if (digit === 0) continue;
        for (let column = 0; column < columns; column++)
          sums[column * samples + sample]! += digit * (cells.parts[row * columns + column]! + floor);
      }
    }
    const counts = new Uint32Array(samples).fill(1);
    for (let column = 0; column < columns; column++) {
      const others = foreign * rows * (groups - 1);
      const { least, most } = extremesOf(cells, column, floor, others, driven.bipolar);
      yield {
        values: sums.subarray(column * samples, (column + 1) * samples),
        counts,
        least: highest * least,
        most: highest * most,
      };
    }
  }
}

/** What drives the rows of one group, [sample][row]. */
function digitsOfGroup(
  block: PlacedBlock,
  layer: SlicedLayer,
  { parts, vectors, bipolar, driver }: DrivenDigits,
  own: number,
): Int16Array {
  const rows = lengthOf(block.rows);
  const inputs = layer.node.groups * layer.node.rows;
  const planes = planesOf(layer, driver);
  const turns = bipolar ? [0] : [...parts.keys()];
  const ownFirst = firstInput(block, layer.node, own);
  const values = new Int16Array(vectors * turns.length * planes.length * rows);
  let at = 0;
  for (const source of evenlySpread(parts[0]!.length / inputs, vectors)) {
    const first = source * inputs + ownFirst;
    for (const turn of turns) {
      for (const { bit, width } of planes) {
        const digit = (part: number, row: number) => (parts[part]![first + row]! >> bit) & (2 ** width - 1);
        for (let row = 0; row < rows; row++)
          values[at++] = bipolar ? digit(0, row) - digit(1, row) : digit(turn, row);
      }
    }
  }
  return values;
}

/** The digits of all uses; those of two's complement codes are cut otherwise, and one more. */
function planesOf({ uses, inputNumbers }: SlicedLayer, { bits, polarity }: Target['driver']): InputPlane[] {
  const all = uses.map(({ quantization }) => {
    const planes = inputPlanes(quantization, codingOf(quantization, inputNumbers, polarity), bits);
    return planes.filter(({ bit }, i) => planes.findIndex((plane) => plane.bit === bit) === i);
  });
  return all.reduce((a, b) => (b.length > a.length ? b : a));
}

/** What all rows together are driven with, by sample. */
function totalsOf(values: Int16Array, rows: number): Float64Array {
  const totals = new Float64Array(values.length / rows);
  for (let at = 0; at < values.length; at++) totals[Math.floor(at / rows)]! += values[at]!;
  return totals;
}
