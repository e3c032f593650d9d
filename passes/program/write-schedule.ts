/**
 * Writes the instructions that program the placed blocks, array by array: drivers and converters, forming, RESET, and
 * then either level codes (write-verify, with residual slicing where a layer asks for it) or hidden weights and their
 * transfer (chips with FeCAP planes): those that training left, elsewhere the centre of every digit's bin.
 */
import {
  type BlockConverters,
  blocksByArray,
  digitStepOf,
  type Mapping,
  partsOf,
} from '../../src/ir/mapping.ts';
import { type ArrayProgram, type Instruction, transfersOf } from '../../src/ir/schedule.ts';
import type { WireCorrection } from '../../src/ir/wire-correction.ts';
import { instructionTolerance, schemeOf } from '../../src/schemes/models.ts';
import { type HiddenPlane, hiddenInteger } from '../../src/target/hidden-plane.ts';
import type { Target } from '../../src/target/target.ts';
import { codesOf, type Segment, segmentsOf } from './array-segments.ts';
import { residualInstructions } from './write-residual.ts';

export interface ScheduleContext {
  readonly converters: readonly BlockConverters[];
  readonly target: Target;
  /** By array: what makes up for its wires; absent where nothing does. */
  readonly predistorted?: readonly WireCorrection[] | undefined;
}

export const writeSchedule = {
  name: 'write-schedule',
  *run(mapping: Mapping, context: ScheduleContext): Generator<ArrayProgram> {
    for (const [array, blocks] of blocksByArray(mapping).entries())
      yield { array, instructions: programArray(mapping, array, blocks, context) };
  },
};

function programArray(
  mapping: Mapping,
  array: number,
  blocks: readonly number[],
  context: ScheduleContext,
): Instruction[] {
  const { target } = context;
  const predistorted = context.predistorted?.[array];
  const settings = settingsOf(blocks, context, predistorted);
  const segments = blocks.flatMap((index) => segmentsOf(mapping.blocks[index]!, mapping));
  segments.sort((a, b) => a.row - b.row || a.column - b.column);
  return [
    { op: 'driver', bits: target.driver.bits, vRead: Math.fround(target.driver.vRead) },
    ...blocks.map(
      (index, i): Instruction => ({
        op: 'converter',
        block: index,
        bits: target.adc.bits,
        convert: target.adc.convert,
        ...settings[i]!,
      }),
    ),
    ...formAndReset(segments, target),
    ...(target.hidden
      ? transferInstructions(segments, target.hidden)
      : programInstructions(segments, blocks, mapping, context, predistorted)),
  ];
}

/** Converters whose steps are worth what the wires leave of them: the digital program counts in whole ones. */
function settingsOf(
  blocks: readonly number[],
  { converters, target }: ScheduleContext,
  predistorted: WireCorrection | undefined,
): BlockConverters[] {
  const perSum = target.adc.convert === 'pair' ? 1 : 2;
  let sum = 0;
  return blocks.map((index) => {
    const { zero, step } = converters[index]!;
    const first = sum;
    sum += step.length / perSum;
    if (!predistorted) return { zero, step };
    const gainOf = (setting: number) => predistorted.gains[first + Math.floor(setting / perSum)]!;
    return { zero, step: step.map((whole, setting) => whole * gainOf(setting)) };
  });
}

function cellCount({ layer, digits }: Segment): number {
  return layer.encoding === 'differential' ? 2 * digits.length : digits.length;
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
  predistorted: WireCorrection | undefined,
): Instruction[] {
  const precision = schemeOf(target).precision();
  const tolerance = instructionTolerance(target);
  const direct = segments.filter((s) => s.direct);
  const residual = (first: number): Instruction[] => {
    const block = blocks[first]!;
    const layer = layers[block.layer]!;
    if (!precision || !layer.residual || block.slice > 0 || block.copy > 0) return [];
    const settings = converters.slice(first, first + partsOf(layer));
    const digitStep = digitStepOf(layer, target.cell);
    const whole = settings.map(({ step }) => tellsDigitsApart(step, digitStep));
    return residualInstructions(block, layer, whole, precision);
  };
  const told = (s: Segment) => {
    if (!predistorted) return codesOf(s);
    const first = s.row * target.array.columns + s.column;
    return Uint16Array.from(predistorted.codes.subarray(first, first + cellCount(s)));
  };
  return [
    ...direct.map(
      (s): Instruction => ({ op: 'program', row: s.row, column: s.column, tolerance, codes: told(s) }),
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
        values:
          s.hidden ?? Int16Array.from(s.digits, (digit) => hiddenInteger(digit * s.layer.levelStep, hidden)),
      }),
    ),
    ...transfers(segments),
  ];
}

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
  return transfersOf(rowsOfPair);
}
