/**
 * Writes the instructions that program the parts of a residual layer's weights, from the most significant on, each aimed
 * at what reading the others back leaves to be made up. With digit weights w_p = radix^slice / copies and readings r:
 *
 *   first round    aim_p = (sum over parts q up to p of w_q digit_q - sum over q before p of w_q r_q) / w_p
 *   second round   aim_p = (weight - sum over all other parts q of w_q r_q) / w_p
 *
 * A converter that tells single digit steps apart rounds off what a cell is off by: a part behind such converters counts
 * as the whole digits that they see, and is aimed at whole digits.
 *
 * The first round brings a part's own digit besides what the parts before it lack. The second makes up for what the first
 * could not know: a cell of a late part that no pulse moves. Cells that are right get no pulse in it.
 */
import { alongRun, weightRows } from '../../src/ir/cells.ts';
import {
  blockColumns,
  digitsOf,
  lengthOf,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { ProgramResidualInstruction } from '../../src/ir/schedule.ts';
import type { WritePrecision } from '../../src/schemes/scheme.ts';

/** A part of a layer's weights, and where in the bundle of all parts its cells are. */
interface Part {
  readonly slice: number;
  readonly copy: number;
  /** Columns from the first part's cells. */
  readonly beside: number;
  /** Its converters tell single digit steps apart. */
  readonly whole: boolean;
}

/** Parts in the order in which they are programmed. */
function partsInOrder(layer: SlicedLayer, width: number, whole: readonly boolean[]): Part[] {
  const parts: Part[] = [];
  for (let slice = layer.slices - 1; slice >= 0; slice--) {
    for (let copy = 0; copy < layer.copies; copy++) {
      const part = slice * layer.copies + copy;
      parts.push({ slice, copy, beside: part * width, whole: whole[part]! });
    }
  }
  return parts;
}

/** Whether a block's cells are programmed before anything is read: not aimed at any error in the first round. */
export function isFirstPart(block: PlacedBlock, layer: SlicedLayer): boolean {
  return block.slice === layer.slices - 1 && block.copy === 0;
}

/** What every row of a bundle is told in turn. */
interface Step {
  /** Columns from the bundle's first to the part's. */
  readonly beside: number;
  /** How much the digits of every slice count in the values. */
  readonly factors: readonly number[];
  readonly told: Omit<ProgramResidualInstruction, 'row' | 'column' | 'values'>;
}

/** The steps after the first part has been programmed to its digits. */
function stepsOf(layer: SlicedLayer, parts: readonly Part[], precision: WritePrecision): Step[] {
  const { radix, levelStep, slices, copies } = layer;
  const weightOf = ({ slice }: Part) => radix ** slice;
  const step = (part: Part, read: readonly Part[], factors: readonly number[], scale: number): Step => {
    const sources = read
      .map((q) => ({
        distance: q.beside - part.beside,
        ratio: Math.fround(weightOf(q) / weightOf(part)),
        grain: q.whole ? levelStep : 0,
      }))
      .sort((a, b) => a.distance - b.distance);
    const unrounded = sources.filter((s) => s.grain === 0);
    const reads = readsFor(precision, Math.max(0, ...unrounded.map((s) => s.ratio)));
    const tolerance = Math.fround(precision.tolerance);
    const told = {
      op: 'program-residual',
      tolerance,
      reads,
      scale: Math.fround(scale),
      grain: part.whole ? levelStep : 1,
      sources,
    } as const;
    return { beside: part.beside, factors, told };
  };
  const first = parts.slice(1).map((part, before) => {
    const known = parts.slice(0, before + 1);
    const factors = new Array<number>(slices).fill(0);
    for (const q of [...known, part]) factors[q.slice]! += weightOf(q) / weightOf(part);
    return step(part, known, factors, levelStep);
  });
  const whole = Array.from({ length: slices }, (_, slice) => copies * radix ** slice);
  const second = parts.map((part) => {
    const others = parts.filter((q) => q !== part);
    return step(part, others, whole, levelStep / weightOf(part));
  });
  return [...first, ...second];
}

/**
 * The instructions that follow on programming the digits of a bundle's first part.
 * @param block the bundle's leftmost block, which gives the place of all
 * @param whole by part: whether its converters tell single digit steps apart
 */
export function residualInstructions(
  block: PlacedBlock,
  layer: SlicedLayer,
  whole: readonly boolean[],
  precision: WritePrecision,
): ProgramResidualInstruction[] {
  const { slices, encoding } = layer;
  const steps = stepsOf(layer, partsInOrder(layer, blockColumns(block, encoding), whole), precision);
  const width = lengthOf(block.columns);
  const instructions: ProgramResidualInstruction[] = [];
  for (const { row, first, runs } of weightRows(block, layer)) {
    const digits = Array.from({ length: slices }, (_, slice) =>
      digitsOf(layer, { slice, copy: 0 }, first, width),
    );
    for (const { beside, factors, told } of steps) {
      const sums = Int16Array.from({ length: width }, (_, column) =>
        factors.reduce((sum, factor, slice) => sum + factor * digits[slice]![column]!, 0),
      );
      for (const run of runs)
        instructions.push({ ...told, row, column: run.column + beside, values: alongRun(run, sums) });
    }
  }
  return instructions;
}

/** Most readings that are averaged: more take longer than the pulses. */
const mostReads = 16;

/**
 * Readings whose average, weighted, is off by no more than the tolerance of what is programmed after it. One does for
 * whole digits, which are far apart.
 */
function readsFor({ readNoise, tolerance }: WritePrecision, ratio: number): number {
  return Math.min(mostReads, Math.max(1, Math.ceil(((ratio * readNoise) / tolerance) ** 2)));
}
