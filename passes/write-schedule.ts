/**
 * Writes the instructions that program the placed blocks, array by array: drivers and converters, forming, RESET, and
 * then either level codes (write-verify, with residual slicing where a layer asks for it) or hidden weights and their
 * transfer (chips with FeCAP planes).
 */
import {
  blockWeightColumns,
  digitsOf,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  partsOf,
  runsOf,
  type SlicedLayer,
} from '../src/ir/mapping.ts';
import type { ArrayProgram, Instruction } from '../src/ir/schedule.ts';
import { type HiddenPlane, levelStepOf, type Target } from '../src/target.ts';
import { instructionTolerance, writePrecisionOf } from '../src/write-precision.ts';
import type { ConverterSettings } from './choose-converter-ranges.ts';
import { isFirstPart, residualInstructions } from './write-residual.ts';

export interface ScheduleContext {
  readonly converters: readonly ConverterSettings[];
  readonly target: Target;
}

/** Digits of neighbouring weights in one row of an array. */
interface Segment {
  readonly row: number;
  /** First cell column. */
  readonly column: number;
  readonly digits: Int8Array;
  readonly layer: SlicedLayer;
  /** Programmed to the digits as they are, rather than to what reading other parts leaves to be made up. */
  readonly direct: boolean;
}

export const writeSchedule = {
  name: 'write-schedule',
  *run(mapping: Mapping, context: ScheduleContext): Generator<ArrayProgram> {
    const byArray: number[][] = Array.from({ length: mapping.arrays }, () => []);
    for (const [index, block] of mapping.blocks.entries()) byArray[block.array]!.push(index);
    for (let array = 0; array < mapping.arrays; array++) {
      yield { array, instructions: programArray(mapping, byArray[array]!, context) };
    }
  },
};

function programArray(mapping: Mapping, blocks: readonly number[], context: ScheduleContext): Instruction[] {
  const { target } = context;
  const segments = blocks.flatMap((index) => segmentsOf(mapping.blocks[index]!, mapping));
  segments.sort((a, b) => a.row - b.row || a.column - b.column);
  return [
    { op: 'driver', bits: target.driver.bits, vRead: Math.fround(target.driver.vRead) },
    ...blocks.map(
      (index): Instruction => ({
        op: 'converter',
        block: index,
        bits: target.adc.bits,
        convert: target.adc.convert,
        ...context.converters[index]!,
      }),
    ),
    ...formAndReset(segments, target),
    ...(target.hidden
      ? transferInstructions(segments, target.hidden)
      : programInstructions(segments, blocks, mapping, context)),
  ];
}

/**
 * The rows of a block. Of a block-diagonal packing a pair of columns needs its own group's weights only. Beside a
 * reference column every cell of a row is programmed, to the digit 0 off the diagonal: the reference column is driven by
 * the rows of all groups, and so must be what it is subtracted from.
 */
function segmentsOf(block: PlacedBlock, mapping: Mapping): Segment[] {
  const layer = mapping.layers[block.layer]!;
  const { node, encoding } = layer;
  const width = lengthOf(block.columns);
  const direct = !layer.residual || isFirstPart(block, layer);
  const segments: Segment[] = [];
  let row = block.row;
  for (let group = block.groups.start; group < block.groups.end; group++) {
    const runs = runsOf(block, group - block.groups.start);
    for (let k = block.rows.start; k < block.rows.end; k++, row++) {
      const first = (group * node.rows + k) * node.columns + block.columns.start;
      const weights = digitsOf(layer, block.slice, first, width);
      const pieces = block.places
        ? runs.map(({ place, columns, signs }) => {
            return { place, digits: Int8Array.from(columns, (column, i) => signs[i]! * weights[column]!) };
          })
        : [{ place: runs[0]!.place, digits: weights }];
      if (encoding === 'differential') {
        for (const { place, digits } of pieces)
          segments.push({ row, column: block.column + 2 * place, digits, layer, direct });
      } else {
        const line = new Int8Array(blockWeightColumns(block) + 1);
        for (const { place, digits } of pieces) line.set(digits, place);
        segments.push({ row, column: block.column, digits: line, layer, direct });
      }
    }
  }
  return segments;
}

/** Level codes of a segment's cells, in column order. */
function codesOf(segment: Segment): Uint16Array {
  const { encoding, levelStep, radix } = segment.layer;
  if (encoding === 'offset') {
    return Uint16Array.from(segment.digits, (digit) => (digit + (radix - 1) / 2) * levelStep);
  }
  const codes = new Uint16Array(2 * segment.digits.length);
  segment.digits.forEach((digit, i) => {
    codes[2 * i] = Math.max(digit, 0) * levelStep;
    codes[2 * i + 1] = Math.max(-digit, 0) * levelStep;
  });
  return codes;
}

function cellCount(segment: Segment): number {
  return segment.layer.encoding === 'differential' ? 2 * segment.digits.length : segment.digits.length;
}

function formAndReset(segments: readonly Segment[], target: Target): Instruction[] {
  const masks = new Map<number, Uint8Array>();
  const bytes = Math.ceil(target.array.columns / 8);
  if (target.cell.unused === 'reset') {
    for (let row = 0; row < target.array.rows; row++) masks.set(row, fullMask(target.array.columns));
  }
  for (const segment of segments) {
    const mask = masks.get(segment.row) ?? new Uint8Array(bytes);
    masks.set(segment.row, mask);
    const end = segment.column + cellCount(segment);
    for (let c = segment.column; c < end; c++) mask[c >> 3]! |= 1 << (c & 7);
  }
  const rows = [...masks].sort((a, b) => a[0] - b[0]);
  return [
    ...rows.map(([row, mask]): Instruction => ({ op: 'form', row, mask })),
    ...rows.map(([row, mask]): Instruction => ({ op: 'reset', row, mask })),
  ];
}

function fullMask(columns: number): Uint8Array {
  const mask = new Uint8Array(Math.ceil(columns / 8)).fill(0xff);
  if (columns % 8 !== 0) mask[mask.length - 1] = (1 << (columns % 8)) - 1;
  return mask;
}

function programInstructions(
  segments: readonly Segment[],
  indices: readonly number[],
  { layers, blocks }: Mapping,
  { converters, target }: ScheduleContext,
): Instruction[] {
  const precision = writePrecisionOf(target);
  const tolerance = instructionTolerance(target);
  const direct = segments.filter((s) => s.direct);
  const residual = (first: number): Instruction[] => {
    const block = blocks[first]!;
    const layer = layers[block.layer]!;
    if (!precision || !layer.residual || block.slice > 0 || block.copy > 0) return [];
    const settings = converters.slice(first, first + partsOf(layer));
    const digitStep = layer.levelStep * levelStepOf(target.cell);
    const whole = settings.map(({ step }) => tellsDigitsApart(step, digitStep));
    return residualInstructions(block, layer, whole, precision);
  };
  return [
    ...direct.map(
      (s): Instruction => ({ op: 'program', row: s.row, column: s.column, tolerance, codes: codesOf(s) }),
    ),
    ...indices.flatMap(residual),
    ...segments.map(
      (s): Instruction => ({ op: 'verify', row: s.row, column: s.column, count: cellCount(s), tolerance }),
    ),
  ];
}

/** Whether most converters of a block have one code per digit step. */
function tellsDigitsApart(step: Float32Array, digitStep: number): boolean {
  return 2 * step.filter((s) => s === Math.fround(digitStep)).length >= step.length;
}

function transferInstructions(segments: readonly Segment[], hidden: HiddenPlane): Instruction[] {
  const rows = [...new Set(segments.map((s) => s.row))];
  return [
    ...rows.map((row): Instruction => ({ op: 'wake-up', row, cycles: hidden.wakeUpCycles })),
    ...segments.map(
      (s): Instruction => ({
        op: 'write-hidden',
        row: s.row,
        pair: s.column / 2,
        values: Int16Array.from(s.digits, (digit) => hiddenInteger(digit * s.layer.levelStep, hidden)),
      }),
    ),
    ...transfers(segments),
  ];
}

/** The hidden integer at the centre of the bin whose most significant bits are `digit`, a signed level code. */
export function hiddenInteger(digit: number, hidden: Pick<HiddenPlane, 'bits' | 'transferBits'>): number {
  if (digit === 0) return 0;
  const bin = 2 ** (hidden.bits - 1 - hidden.transferBits);
  return Math.sign(digit) * (Math.abs(digit) * bin + bin / 2);
}

/** One transfer per column pair and run of neighbouring lines: the lines of a run transfer in parallel. */
function transfers(segments: readonly Segment[]): Instruction[] {
  const rowsOfPair = new Map<number, number[]>();
  for (const segment of segments) {
    for (let i = 0; i < segment.digits.length; i++) {
      const pair = segment.column / 2 + i;
      const rows = rowsOfPair.get(pair);
      if (rows) rows.push(segment.row);
      else rowsOfPair.set(pair, [segment.row]);
    }
  }
  const instructions: Instruction[] = [];
  for (const [pair, rows] of [...rowsOfPair].sort((a, b) => a[0] - b[0])) {
    let first = rows[0]!;
    rows.forEach((row, i) => {
      if (rows[i + 1] === row + 1) return;
      instructions.push({ op: 'transfer', pair, firstRow: first, endRow: row + 1 });
      first = rows[i + 1] ?? first;
    });
  }
  return instructions;
}
