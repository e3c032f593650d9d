/** The chip that a rule of pulses learns on, as plain data, and its layers opened for learning. */
import type { Target } from '../../target/target.ts';
import type { TrainedLayer } from '../network.ts';
import type { Learnt } from './learner.ts';
import { noWork, openPulsedArray, type ProgrammedCells, type PulsedArray } from './pulsed-array.ts';
import { type PulsedBlock, type PulsedLayer, readBlock } from './pulsed-layer.ts';

export interface PulsedChip {
  readonly target: Target;
  /** Keys the devices, as it does for `program`. */
  readonly seed: number;
  readonly layers: readonly LayerOnChip[];
  /** By number. */
  readonly arrays: readonly ProgrammedCells[];
}

export interface LayerOnChip {
  readonly blocks: readonly PulsedBlock[];
  /** Real weight of one unit of the cells' states. */
  readonly scale: number;
  /** Units of a mean step in the middle of the window, and of one digit of the integers that a chip is programmed to. */
  readonly stepUnits: number;
  readonly digitUnits: number;
  /** Largest digit. */
  readonly digitMax: number;
}

/** @param matrices where what cells have come to goes, [input][output] */
export function openPulsedLayers(
  { target, seed, layers, arrays: programmed }: PulsedChip,
  network: readonly TrainedLayer[],
  matrices: readonly Float32Array[],
): { readonly arrays: ReadonlyMap<number, PulsedArray>; readonly pulsed: readonly PulsedLayer[] } {
  const numbers = new Set(layers.flatMap(({ blocks }) => blocks.map(({ array }) => array)));
  const arrays = new Map(
    [...numbers].sort((a, b) => a - b).map((n) => [n, openPulsedArray(target, seed, n, programmed[n]!)]),
  );
  const pulsed = layers.map(({ blocks }, l): PulsedLayer => {
    const { inputs, outputs } = network[l]!;
    const layer = { blocks, arrays, inputs, outputs, matrix: matrices[l]!, work: noWork() };
    for (const block of blocks) arrays.get(block.array)!.readers.push(() => readBlock(layer, block));
    return layer;
  });
  return { arrays, pulsed };
}

/** What is read from the cells of a layer, rounded to the digits that a chip can be programmed to. */
export function learntBy({ scale, digitUnits, digitMax }: LayerOnChip, matrix: Float32Array): Learnt {
  const digit = (w: number) => Math.max(-digitMax, Math.min(digitMax, Math.round(w / digitUnits)));
  const integers = Int8Array.from(matrix, digit);
  return { weights: Float32Array.from(integers), scale: scale * digitUnits, stored: { integers } };
}
