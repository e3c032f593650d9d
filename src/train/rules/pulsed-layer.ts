/**
 * A layer whose weights are single cells of arrays, each beside the reference cell of its row: pulses on the lines of all its
 * arrays at once update it, and what its cells have come to is read into a matrix.
 */
import type { LineTrains } from '../../schemes/parallel-update/trains.ts';
import { type PulsedArray, type PulseWork, pulseArray } from './pulsed-array.ts';

/** Weights of a layer in one array. */
export interface PulsedBlock {
  readonly array: number;
  /** First row and column. */
  readonly row: number;
  readonly column: number;
  /** The layer's input by row from the first on. */
  readonly inputs: Int32Array;
  /** Its output by column from the first on; -1 for the reference column. */
  readonly outputs: Int32Array;
  /** Column of the array. */
  readonly reference: number;
}

export interface PulsedLayer {
  readonly blocks: readonly PulsedBlock[];
  readonly arrays: ReadonlyMap<number, PulsedArray>;
  readonly inputs: number;
  readonly outputs: number;
  /** [input][output]: states of the cells less those of their references. */
  readonly matrix: Float32Array;
  readonly work: PulseWork;
}

/** Pulses on the lines of a layer. */
export interface LayerTrains {
  /** Slots of a train. */
  readonly length: number;
  /** By input, or by row of a block. */
  readonly rows: LineTrains;
  /** By output, or by column. */
  readonly columns: LineTrains;
}

export type UpdateBias = 'half' | 'gate';

/** Pulses on a layer: all its arrays at once. */
export function pulseLayer(layer: PulsedLayer, trains: LayerTrains, bias: UpdateBias): void {
  const { work } = layer;
  const phases = signsOf(trains.rows) * signsOf(trains.columns);
  work.updates++;
  if (phases === 0) return;
  work.slots += phases * trains.length;
  for (const block of layer.blocks)
    pulseBlock(
      layer,
      block,
      {
        length: trains.length,
        rows: gather(trains.rows, block.inputs),
        columns: gather(trains.columns, block.outputs),
      },
      bias,
    );
}

/** Pulses on a block. @param trains of its rows and columns */
export function pulseBlock(
  layer: PulsedLayer,
  block: PulsedBlock,
  { length, rows, columns }: LayerTrains,
  bias: UpdateBias,
): void {
  // Rows that take no part leave no phase in which columns pulse, nor columns one for rows.
  if (signsOf(rows) * signsOf(columns) === 0) return;
  const array = layer.arrays.get(block.array)!;
  const { row, column } = block;
  const update = { bias, length, ...array.cells.voltages, row, column, rows, columns };
  const everywhere = pulseArray(array, update, layer.work);
  if (everywhere) for (const read of array.readers) read();
  else for (let r = 0; r < block.inputs.length; r++) if (rows.words[r] !== 0) readRow(layer, block, r);
}

/** Reads all cells into the matrix. */
export function readLayer(layer: PulsedLayer): void {
  for (const block of layer.blocks) readBlock(layer, block);
}

export function readBlock(layer: PulsedLayer, block: PulsedBlock): void {
  for (let r = 0; r < block.inputs.length; r++) readRow(layer, block, r);
}

function readRow(layer: PulsedLayer, block: PulsedBlock, row: number): void {
  const { matrix, outputs } = layer;
  const { w, stride, none } = layer.arrays.get(block.array)!.cells.states();
  const from = (block.row + row) * stride;
  const reference = Math.max(none, w[from + block.reference]!);
  const first = from + block.column;
  const to = block.inputs[row]! * outputs;
  for (let c = 0; c < block.outputs.length; c++) {
    const output = block.outputs[c]!;
    if (output >= 0) matrix[to + output] = Math.max(none, w[first + c]!) - reference;
  }
}

/** Signs that lines have. */
function signsOf({ signs }: LineTrains): number {
  let [plus, minus] = [0, 0];
  for (let i = 0; i < signs.length; i++) {
    if (signs[i]! > 0) plus = 1;
    else if (signs[i]! < 0) minus = 1;
  }
  return plus + minus;
}

/** The trains of some lines; those without one do not pulse. */
function gather({ words, signs }: LineTrains, lines: Int32Array): LineTrains {
  const own = { words: new Uint32Array(lines.length), signs: new Int8Array(lines.length) };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line < 0) continue;
    own.words[i] = words[line]!;
    own.signs[i] = signs[line]!;
  }
  return own;
}
