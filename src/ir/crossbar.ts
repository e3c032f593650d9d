/**
 * The crossbar node of host.onnx: all that executing one layer needs, apart from the conductances on the chip. Its
 * ONNX form is described in FORMAT.md beside this file, and written and read by crossbar-node.ts.
 */
import type { Geometry, InputQuantization, Origin } from './graph.ts';
import type { InputCoding } from './input-planes.ts';

/** One block of cells: where it lies, and which part of the layer's matrix it holds. Half-open ranges. */
export interface Tile {
  /** The block's number in the whole package: the converter instructions of the bitstream refer to it. */
  readonly block: number;
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly groupStart: number;
  readonly groupEnd: number;
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly columnStart: number;
  readonly columnEnd: number;
  readonly slice: number;
  readonly copy: number;
}

export interface CrossbarLayer {
  readonly input: string;
  readonly output: string;
  readonly origin: Origin;
  readonly geometry: Geometry;
  readonly groups: number;
  /** Rows of one group's matrix. */
  readonly rows: number;
  /** Columns of one group's matrix. */
  readonly columns: number;
  readonly quantization: InputQuantization;
  /** How input codes drive the rows. */
  readonly inputCoding: InputCoding;
  /** Bits of an input that enter at once. */
  readonly driverBits: number;
  readonly encoding: 'differential' | 'offset';
  readonly convert: 'pair' | 'column';
  readonly adcBits: number;
  readonly radix: number;
  readonly slices: number;
  /** Times that every digit is stored. */
  readonly copies: number;
  /** What the digits of all copies add up to for the integer 1: `copies` where each holds the whole digit. */
  readonly digitsPerOne: number;
  /** Rows that hold every digit, one below the other, driven together. */
  readonly repeats: number;
  /** Conductance of one digit step, summed over its repeats (S). */
  readonly digitStep: number;
  readonly tiles: readonly Tile[];
  /** Converter settings, tile after tile, logical column after logical column (`column`: plus, then minus). */
  readonly converterZero: Int32Array;
  /** Summed conductance of one converter code (S). */
  readonly converterStep: Float32Array;
  /**
   * Place of every logical column in its block, tile after tile: its pair of columns, or its column beside a reference.
   * Absent: in order.
   */
  readonly columnPlaces?: Int32Array;
  /** -1 where the logical column's plus and minus columns are exchanged, else 1; tile after tile. Absent: all 1. */
  readonly columnSigns?: Int8Array;
  /** Row of every logical row in its block, tile after tile, group after group. Absent: in order. */
  readonly rowPlaces?: Int32Array;
  /** Real value of one weight step, length groups * columns. */
  readonly scales: Float32Array;
  /** Sum of every column's integer weights, length groups * columns: the zero point's correction. */
  readonly columnSums: Int32Array;
  /** Length groups * columns. */
  readonly bias: Float32Array;
}
