/**
 * The direct, slow crossbar: one input vector through the cells of one layer, cell by cell in doubles. It reads the
 * decoded bitstream, the chip's conductances and the crossbar node, and shares no code with src/lower.
 *
 *   binary coding: the bits of a code drive the rows (digits of several where drivers have as many); bipolar: those of |code - zero|, with its sign; two-phase: those of
 *   the same, positive rows in one pass and negative rows in another, whose codes are subtracted; in both, nothing is left
 *   of the input zero below
 *   current of a column = sum over the block's rows of level(digit) * row gain * g    (every cell, used or not, and every repeat)
 *   x     = current / step * converter gain + zero + converter offset
 *   code  = clamp(round(x + nonlinearity(x)))                           (half to even, `bits` wide)
 *   value = sum over bits of weight(bit) * (code - zero) * step / digit step * radix^slice / digits per one
 *   out   = input scale * column scale * (sum of values - input zero * column sum) + bias
 */
import type { CrossbarLayer, Tile } from '../../src/ir/crossbar.ts';
import type { ArrayProgram, ConverterInstruction } from '../../src/ir/schedule.ts';

export interface DirectResult {
  /** Length groups * columns. */
  readonly outputs: Float64Array;
  /** By how much each output may differ because a sum lies within 32-bit rounding of a half code. */
  readonly slack: Float64Array;
  readonly conversions: number;
  /** Conversions that close to a half code. */
  readonly close: number;
  /** Conversions that saturate. */
  readonly saturated: number;
}

export interface ProgrammedCells {
  readonly programs: readonly ArrayProgram[];
  readonly conductances: readonly Float32Array[];
  /** Columns of an array. */
  readonly columns: number;
  readonly periphery?: DirectPeriphery;
}

/** Errors as they were drawn, by array. */
export interface DirectPeriphery {
  readonly sharedBy: number;
  readonly converters?: readonly { readonly gain: Float32Array; readonly offset: Float32Array }[];
  /** Of the rows. */
  readonly drivers?: readonly Float32Array[];
  readonly converterNonlinearity?: readonly number[];
  readonly driverNonlinearity?: readonly number[];
}

interface Conversion {
  readonly code: number;
  readonly close: boolean;
  readonly saturated: boolean;
}

/** @param codes input codes of all rows, [groups * rows], signed ones in two's complement */
export function directMvm(
  layer: CrossbarLayer,
  cells: ProgrammedCells,
  codes: ArrayLike<number>,
): DirectResult {
  const { quantization, digitStep, radix, digitsPerOne } = layer;
  const sums = new Float64Array(layer.groups * layer.columns);
  const slack = new Float64Array(sums.length);
  const count = { conversions: 0, close: 0, saturated: 0 };
  const perColumn = layer.convert === 'pair' ? 1 : 2;
  let firstConverter = 0;
  let firstRow = 0;
  for (const tile of layer.tiles) {
    const converter = converterOf(cells.programs[tile.array]!, tile.block);
    const width = tile.columnEnd - tile.columnStart;
    const logicals = width * (tile.groupEnd - tile.groupStart);
    for (let logical = 0; logical < logicals; logical++) {
      const group = tile.groupStart + Math.floor(logical / width);
      const output = group * layer.columns + tile.columnStart + (logical % width);
      const index = firstConverter / perColumn + logical;
      const [plus, minus] = cellColumns(layer, tile, logical, logicals, index);
      // What a pair's converter sees of exchanged columns is the negative of what they hold.
      const exchanged = layer.columnSigns?.[index] === -1 ? -1 : 1;
      const reads: [number, number][][] =
        perColumn === 1
          ? [
              [
                [plus, exchanged],
                [minus, -exchanged],
              ],
            ]
          : [[[plus, 1]], [[minus, 1]]];
      for (const [side, columns] of reads.entries()) {
        const setting = logical * perColumn + side;
        const step = layer.converterStep[firstConverter + setting]!;
        const zero = layer.converterZero[firstConverter + setting]!;
        const sign = perColumn === 1 ? exchanged : 1 - 2 * side;
        const unit = (sign * step * radix ** tile.slice) / digitStep / digitsPerOne;
        for (const { weight, bit, width, drives } of passesOf(layer)) {
          const { code, close, saturated } = convert(
            layer,
            tile,
            cells,
            codes,
            firstRow,
            (code) => Math.sign(drives(code)) * ((Math.abs(drives(code)) >> bit) % 2 ** width),
            columns,
            converter,
            setting,
          );
          sums[output]! += weight * (code - zero) * unit;
          count.conversions++;
          if (close) slack[output]! += Math.abs(weight * unit);
          if (close) count.close++;
          if (saturated) count.saturated++;
        }
      }
    }
    firstConverter += logicals * perColumn;
    firstRow += layer.repeats * (tile.rowEnd - tile.rowStart) * (tile.groupEnd - tile.groupStart);
  }
  const outputs = sums.map((sum, o) => {
    const scale = quantization.scale * layer.scales[o]!;
    slack[o]! *= scale;
    const zero = layer.inputCoding === 'binary' ? quantization.zero : 0;
    return scale * (sum - zero * layer.columnSums[o]!) + layer.bias[o]!;
  });
  return { outputs, slack, ...count };
}

interface Pass {
  readonly weight: number;
  readonly bit: number;
  readonly width: number;
  /** The sign with which a row is driven, and the number whose bits say when. */
  readonly drives: (code: number) => number;
}

function passesOf({ quantization, inputCoding, driverBits }: CrossbarLayer): Pass[] {
  const { zero, signed, bits } = quantization;
  const twos = inputCoding === 'binary' && signed;
  const digits: { bit: number; width: number }[] = [];
  const end = twos ? bits - 1 : bits;
  for (let bit = 0; bit < end; bit += driverBits)
    digits.push({ bit, width: Math.min(driverBits, end - bit) });
  if (inputCoding === 'binary') {
    const passes = digits.map(
      (digit): Pass => ({ ...digit, weight: 2 ** digit.bit, drives: (code) => code }),
    );
    return twos ? [...passes, { bit: end, width: 1, weight: -(2 ** end), drives: (code) => code }] : passes;
  }
  const number = (code: number) => (signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code) - zero;
  if (inputCoding === 'bipolar')
    return digits.map((digit) => ({ ...digit, weight: 2 ** digit.bit, drives: number }));
  return digits.flatMap((digit) => [
    { ...digit, weight: 2 ** digit.bit, drives: (code) => Math.max(number(code), 0) },
    { ...digit, weight: -(2 ** digit.bit), drives: (code) => Math.max(-number(code), 0) },
  ]);
}

function converterOf(program: ArrayProgram, block: number): ConverterInstruction {
  for (const instruction of program.instructions) {
    if (instruction.op === 'converter' && instruction.block === block) return instruction;
  }
  throw new Error(`array ${program.array} configures no converters for block ${block}`);
}

/** Plus and minus cells of one logical column: a pair side by side, or its own column and the block's last. */
function cellColumns(
  { encoding, columnPlaces, columnSigns }: CrossbarLayer,
  tile: Tile,
  logical: number,
  logicals: number,
  index: number,
): [number, number] {
  const place = columnPlaces === undefined ? logical : columnPlaces[index]!;
  const pair =
    encoding === 'offset'
      ? ([tile.column + place, tile.column + logicals] as const)
      : ([tile.column + 2 * place, tile.column + 2 * place + 1] as const);
  return columnSigns?.[index] === -1 ? [pair[1], pair[0]] : [pair[0], pair[1]];
}

function convert(
  layer: CrossbarLayer,
  tile: Tile,
  cells: ProgrammedCells,
  codes: ArrayLike<number>,
  firstRow: number,
  driven: (code: number) => number,
  columns: readonly (readonly [column: number, sign: number])[],
  converter: ConverterInstruction,
  setting: number,
): Conversion {
  const conductances = cells.conductances[tile.array]!;
  const rows = tile.rowEnd - tile.rowStart;
  const blockRows = layer.repeats * rows * (tile.groupEnd - tile.groupStart);
  const { sharedBy, converters, drivers, ...bends }: DirectPeriphery = cells.periphery ?? { sharedBy: 1 };
  const highest = 2 ** layer.driverBits - 1;
  let current = 0;
  let size = 0;
  for (let r = 0; r < blockRows; r++) {
    // A group's rows follow each other once for every repeat.
    const group = tile.groupStart + Math.floor(r / rows / layer.repeats);
    const input = group * layer.rows + tile.rowStart + (r % rows);
    const digit = driven(codes[input]!);
    if (digit === 0) continue;
    const line = tile.row + (layer.rowPlaces ? layer.rowPlaces[firstRow + r]! : r);
    const level =
      Math.abs(digit) + highest * interpolate(bends.driverNonlinearity, Math.abs(digit) / highest, highest);
    const volts = Math.sign(digit) * level * (drivers?.[tile.array]?.[line] ?? 1);
    for (const [column, sign] of columns) {
      const g = conductances[line * cells.columns + column]!;
      current += volts * sign * g;
      size += Math.abs(volts) * g;
    }
  }
  const lowest = Math.min(...columns.map(([column]) => column));
  const paired = layer.convert === 'pair';
  const place = !paired
    ? columns[0]![0]
    : layer.encoding === 'differential'
      ? Math.floor(lowest / 2)
      : columns[0]![0];
  const errors = converters?.[tile.array];
  const shared = Math.floor(place / sharedBy);
  const step = converter.step[setting]! / (errors ? errors.gain[shared]! : 1);
  const zero = converter.zero[setting]! + (errors ? errors.offset[shared]! : 0);
  const top = 2 ** (converter.bits - 1) - 1;
  const span = 2 * top + 1;
  const table = bends.converterNonlinearity;
  const given = current / step + zero;
  const exact = given + span * interpolate(table, (given + top + 1) / span, span);
  const code = Math.max(-top - 1, Math.min(top, halfEven(exact)));
  // Bound of the rounding errors of a sum of n terms in 32-bit floats, and of the pieces of a curve.
  const steepest = 1 + steepestOf(table, span);
  const pieces = table ? ((table.length + 1) * span) / 2 : 0;
  const error = 2 ** -24 * (steepest * (blockRows + 3) * (size / step + Math.abs(zero)) + pieces);
  const inside = exact > -top - 1.5 && exact < top + 0.5;
  const close = inside && Math.abs(Math.abs(exact - Math.floor(exact)) - 0.5) <= error && error < 0.25;
  return { code, close, saturated: exact > top + 0.5 || exact < -top - 1.5 };
}

/** A table over 0 to 1, as a share of `span`; constant beyond. */
function interpolate(table: readonly number[] | undefined, at: number, span: number): number {
  if (!table) return 0;
  const place = Math.max(0, Math.min(1, at)) * (table.length - 1);
  const below = Math.min(table.length - 2, Math.floor(place));
  return (table[below]! + (place - below) * (table[below + 1]! - table[below]!)) / span;
}

function steepestOf(table: readonly number[] | undefined, span: number): number {
  if (!table) return 0;
  const slopes = table.slice(1).map((value, i) => Math.abs(value - table[i]!) * ((table.length - 1) / span));
  return Math.max(...slopes);
}

function halfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
