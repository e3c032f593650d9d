/**
 * The Mapping: which digit of which weight lies in which cells. Made by the passes `slice-weights` to
 * `place-blocks`, read by `choose-converter-ranges`, `write-schedule` and the writer of host.onnx.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { levelStepOf } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import type { Fill } from './corner.ts';
import type { QuantizedMvmNode } from './graph.ts';
import type { InputNumbers } from './input-planes.ts';
import type { PlannedPasses } from './passes.ts';

export type Encoding = 'differential' | 'offset';

/** Half-open range of integers. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export function lengthOf(span: Span): number {
  return span.end - span.start;
}

/** How a layer's integer weights become balanced digits, least significant slice first: see digitsOf. */
export interface SlicedLayer extends Fill {
  /** The first of its uses; all have its integers, weightMax and scales. */
  readonly node: QuantizedMvmNode;
  /** The nodes that multiply by this matrix, one or more: its cells serve all of them, one after the other. */
  readonly uses: readonly QuantizedMvmNode[];
  readonly encoding: Encoding;
  /** How inputs of both signs drive the rows. */
  readonly inputNumbers: InputNumbers;
  /** Odd base of the balanced digits; every digit is within +-(radix - 1) / 2. */
  readonly radix: number;
  /** Level codes per digit step: the cell's window is used as far as the digits allow. */
  readonly levelStep: number;
  /** Digits per weight. */
  readonly slices: number;
  /** Times that every digit is stored, each in cells of its own with conversions of its own. */
  readonly copies: number;
  /**
   * What the digits of all copies add up to for the integer 1. As many as there are copies: each holds the whole digit, and they are
   * averaged. Fewer, in layers of one slice: their digits differ by 1 at most, and add up to integers beyond what one of them holds.
   */
  readonly digitsPerOne: number;
  /** Cells of one column that hold every digit, in rows that one input drives together: their currents add up. */
  readonly repeats: number;
  /**
   * Residual slicing: the parts of a weight are programmed one after the other, each aimed at what reading the others
   * back leaves to be made up. They lie side by side in one array.
   */
  readonly residual: boolean;
  /**
   * Hidden integers that training left, in the order of the layer's integers, which are the digits that a transfer
   * reads from them: on pairs of cells, in one part, a level per digit step. Absent: every hidden integer is the centre
   * of its digit's bin.
   */
  readonly hidden?: Int16Array;
}

/** Parts of a layer's weight, each with cells of its own: every slice as often as it is copied. */
export function partsOf(layer: Pick<SlicedLayer, 'slices' | 'copies'>): number {
  return layer.slices * layer.copies;
}

/** Pairs of cells, or cells beside a reference, that hold each weight. */
export function cellsPerWeight(layer: Pick<SlicedLayer, 'slices' | 'copies' | 'repeats'>): number {
  return partsOf(layer) * layer.repeats;
}

/** Copies of a digit that hold something else than those before them. */
export function distinctCopies({
  copies,
  digitsPerOne,
}: Pick<SlicedLayer, 'copies' | 'digitsPerOne'>): number {
  return digitsPerOne === copies ? 1 : copies;
}

/** Variance of the integers for errors of variance 1 in every copy of their digits, each apart. */
export function varianceOfCopies({
  copies,
  digitsPerOne,
}: Pick<SlicedLayer, 'copies' | 'digitsPerOne'>): number {
  return copies / digitsPerOne ** 2;
}

/** Conductance of one digit step, summed over the repeats of a digit (S). */
export function digitStepOf(
  { levelStep, repeats }: Pick<SlicedLayer, 'levelStep' | 'repeats'>,
  cell: Target['cell'],
): number {
  return repeats * levelStep * levelStepOf(cell);
}

/**
 * Blocks side by side that must lie in one array: all parts of a residual layer, since they are read while others are
 * programmed.
 */
export function bundleOf(layer: Pick<SlicedLayer, 'slices' | 'copies' | 'residual'>): number {
  return layer.residual ? partsOf(layer) : 1;
}

/**
 * Digits of one part, of `count` neighbouring weights from `first` on (in the order of the layer's integers). They are
 * made when asked for, since several digits take more memory than their weight. Copy c of n holds floor((k integer + c) / n), with k
 * digits per one: the integer itself where k = n, and k integer in the sum over the copies (Hermite's identity).
 * @returns a view of the layer's integers where these are the digits: not to be changed
 */
export function digitsOf(
  { node, radix, slices, copies, digitsPerOne }: SlicedLayer,
  { slice, copy }: Pick<Block, 'slice' | 'copy'>,
  first: number,
  count: number,
): Int8Array {
  const integers = node.integers.subarray(first, first + count);
  if (slices > 1) return integers.map((integer) => balancedDigit(integer, radix, slice));
  if (digitsPerOne === copies) return integers;
  return integers.map((integer) => Math.floor((digitsPerOne * integer + copy) / copies));
}

/** Digit `slice` of an integer in a balanced system of odd radix: within +-(radix - 1) / 2. */
function balancedDigit(integer: number, radix: number, slice: number): number {
  let rest = integer;
  for (let i = 0; i < slice; i++) rest = Math.round(rest / radix);
  return rest - radix * Math.round(rest / radix);
}

/**
 * A rectangle of cells: one part (a copy of a slice) of one tile of a layer. The parts of a tile follow each other, slice
 * by slice and copy by copy. Several groups lie block-diagonally: group g's rows start at
 * (g - groups.start) * repeats * rows, and its columns at (g - groups.start) * columns.
 */
export interface Block {
  readonly layer: number;
  readonly slice: number;
  readonly copy: number;
  readonly groups: Span;
  /** Rows of every group's matrix that this tile covers. */
  readonly rows: Span;
  /** Columns of every group's matrix that this tile covers. */
  readonly columns: Span;
  /** Times that the rows of every group lie below each other, see SlicedLayer. */
  readonly repeats: number;
  /** Places beside its logical columns that it may use instead of faulty ones; differential blocks alone have some. */
  readonly spare?: number;
}

/**
 * Where the logical columns of a block lie, if not in order: around faulty cells, or flipped so that they add up to less.
 * Place p of a differential block is its p-th pair of columns, beside a reference column its p-th column.
 */
export interface ColumnPlaces {
  /** Place of every logical column, each another. */
  readonly place: Int32Array;
  /** 1 where plus and minus are exchanged, or digits are negated beside a reference: the digital program negates what is converted. */
  readonly flipped: Uint8Array;
}

/** A block with its place: cell (row, column) of an array is the block's first. */
export interface PlacedBlock extends Block {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  /** Absent: logical column j lies at place j, unflipped. All parts of a residual layer's tile have the same. */
  readonly places?: ColumnPlaces;
  /**
   * Row of every logical row (group after group), counted from the block's first. Absent: in order. Blocks of one row tile,
   * which the same inputs drive, have the same.
   */
  readonly rowPlaces?: Int32Array;
}

/** What tells by which inputs a block is driven; `layer` among blocks of several. */
type RowTile = Pick<Block, 'groups' | 'rows'> & Partial<Pick<Block, 'layer'>>;

/** What blocks of one layer that the same inputs drive have in common, as a key. */
export function rowTileOf({ layer, groups, rows }: RowTile): string {
  return [layer, groups.start, groups.end, rows.start, rows.end].join(' ');
}

/** What blocks on the same wordlines have in common, as a key: driven by the same inputs, they have one order of rows. */
export function wordlinesOf(block: RowTile & Pick<PlacedBlock, 'array' | 'row'>): string {
  return `${rowTileOf(block)} ${block.array} ${block.row}`;
}

export interface Mapping {
  readonly layers: readonly SlicedLayer[];
  readonly blocks: readonly PlacedBlock[];
  /** Number of arrays used; where layers take passes, by all of them together. */
  readonly arrays: number;
  /** Absent: all arrays are written once. */
  readonly passes?: PlannedPasses;
}

/** Settings of one block's converters, by converted column: the code of zero current, and what one code stands for (S). */
export interface BlockConverters {
  readonly zero: Int32Array;
  readonly step: Float32Array;
}

/** Indices of the blocks on every array. */
export function blocksByArray({ blocks, arrays }: Mapping): number[][] {
  return indicesBy(blocks, 'array', arrays);
}

/** Indices of the blocks of every layer. */
export function blocksByLayer({ blocks, layers }: Mapping): number[][] {
  return indicesBy(blocks, 'layer', layers.length);
}

function indicesBy(blocks: readonly PlacedBlock[], key: 'array' | 'layer', count: number): number[][] {
  const indices: number[][] = Array.from({ length: count }, () => []);
  for (const [index, block] of blocks.entries()) indices[block[key]]!.push(index);
  return indices;
}

/** Index of the layer that gives a value. */
export function layerIndexOf({ layers }: Pick<Mapping, 'layers'>, output: string): number {
  const index = layers.findIndex(({ uses }) => uses.some((use) => use.output === output));
  if (index < 0) throw new InternalError('mapping', `there is no layer with the output ${output}`);
  return index;
}

/** Rows of cells that each group of a block occupies. */
export function groupRows(block: Pick<Block, 'rows' | 'repeats'>): number {
  return block.repeats * lengthOf(block.rows);
}

/** Rows of cells that a block occupies. */
export function blockRows(block: Pick<Block, 'groups' | 'rows' | 'repeats'>): number {
  return lengthOf(block.groups) * groupRows(block);
}

/** Weights side by side in a block: its logical columns. */
export function blockWeightColumns(block: Pick<Block, 'groups' | 'columns'>): number {
  return lengthOf(block.groups) * lengthOf(block.columns);
}

/**
 * Columns of cells that a block occupies. Differential: column 2j holds the positive and 2j + 1 the negative part of
 * logical column j. Offset: one column each, and the reference column last.
 */
export function blockColumns(block: Pick<Block, 'groups' | 'columns' | 'spare'>, encoding: Encoding): number {
  const logical = blockWeightColumns(block);
  return encoding === 'differential' ? 2 * (logical + (block.spare ?? 0)) : logical + 1;
}

/** Cells that a block occupies. */
export function blockCells(block: Block, encoding: Encoding): number {
  return blockRows(block) * blockColumns(block, encoding);
}
