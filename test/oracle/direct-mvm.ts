/**
 * The direct, slow crossbar: one input vector through the cells of one layer, cell by cell in doubles. It reads the
 * decoded bitstream, the chip's conductances and the crossbar node, and shares no code with src/lower.
 *
 *   binary coding: the bits of a code drive the rows; sign-magnitude: those of code - zero, positive rows in one pass and
 *   negative rows in another, whose codes are subtracted, and nothing is left of the input zero below
 *   current of a column = sum over the block's rows of bit * g          (every cell, used or not)
 *   code  = clamp(round(current / step) + zero)                         (half to even, `bits` wide)
 *   value = sum over bits of weight(bit) * (code - zero) * step / digit step * radix^slice / copies
 *   out   = input scale * column scale * (sum of values - input zero * column sum) + bias
 */
import type { ArrayProgram, ConverterInstruction } from '../../src/ir/schedule.ts';
import type { CrossbarLayer, Tile } from '../../src/package/crossbar.ts';

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
}

interface Conversion {
  readonly code: number;
  readonly close: boolean;
  readonly saturated: boolean;
}

/** @param codes input codes of all rows, [groups * rows], signed ones as two's complement bytes */
export function directMvm(layer: CrossbarLayer, cells: ProgrammedCells, codes: Uint8Array): DirectResult {
  const { quantization, digitStep, radix, copies } = layer;
  const sums = new Float64Array(layer.groups * layer.columns);
  const slack = new Float64Array(sums.length);
  const count = { conversions: 0, close: 0, saturated: 0 };
  const perColumn = layer.convert === 'pair' ? 1 : 2;
  let firstConverter = 0;
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
        const unit = (sign * step * radix ** tile.slice) / digitStep / copies;
        for (const { weight, bit, drives } of passesOf(layer)) {
          const { code, close, saturated } = convert(
            layer,
            tile,
            cells,
            codes,
            (code) => (drives(code) >> bit) & 1,
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
  /** What a row is driven by, bit after bit. */
  readonly drives: (code: number) => number;
}

function passesOf({ quantization, inputCoding }: CrossbarLayer): Pass[] {
  const { zero, signed } = quantization;
  const bits = [0, 1, 2, 3, 4, 5, 6, 7];
  if (inputCoding === 'binary')
    return bits.map((bit) => ({
      weight: signed && bit === 7 ? -128 : 2 ** bit,
      bit,
      drives: (code) => code,
    }));
  const number = (code: number) => (signed && code > 127 ? code - 256 : code) - zero;
  return bits.flatMap((bit) => [
    { weight: 2 ** bit, bit, drives: (code) => Math.max(number(code), 0) },
    { weight: -(2 ** bit), bit, drives: (code) => Math.max(-number(code), 0) },
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
  if (encoding === 'offset') return [tile.column + place, tile.column + logicals];
  const pair = [tile.column + 2 * place, tile.column + 2 * place + 1] as const;
  return columnSigns?.[index] === -1 ? [pair[1], pair[0]] : [pair[0], pair[1]];
}

function convert(
  layer: CrossbarLayer,
  tile: Tile,
  cells: ProgrammedCells,
  codes: Uint8Array,
  driven: (code: number) => number,
  columns: readonly (readonly [column: number, sign: number])[],
  converter: ConverterInstruction,
  setting: number,
): Conversion {
  const conductances = cells.conductances[tile.array]!;
  const rows = tile.rowEnd - tile.rowStart;
  const blockRows = rows * (tile.groupEnd - tile.groupStart);
  let current = 0;
  let size = 0;
  for (let r = 0; r < blockRows; r++) {
    const input = (tile.groupStart + Math.floor(r / rows)) * layer.rows + tile.rowStart + (r % rows);
    if (driven(codes[input]!) === 0) continue;
    for (const [column, sign] of columns) {
      const g = conductances[(tile.row + r) * cells.columns + column]!;
      current += sign * g;
      size += g;
    }
  }
  const step = converter.step[setting]!;
  const exact = current / step + converter.zero[setting]!;
  const top = 2 ** (converter.bits - 1) - 1;
  const code = Math.max(-top - 1, Math.min(top, halfEven(exact)));
  // Bound of the rounding errors of a sum of n terms in 32-bit floats.
  const error = (blockRows + 3) * 2 ** -24 * (size / step + Math.abs(converter.zero[setting]!));
  const inside = exact > -top - 1.5 && exact < top + 0.5;
  const close = inside && Math.abs(Math.abs(exact - Math.floor(exact)) - 0.5) <= error && error < 0.25;
  return { code, close, saturated: exact > top + 0.5 || exact < -top - 1.5 };
}

function halfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
