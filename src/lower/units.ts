/** Units of a folded layer, one row tile of one pack of groups each: their slots, input channels and outputs. */

import type { BlockCells } from '../ir/cells.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { FoldedLayer, LayerNoise, ProgrammedArrays } from './folded.ts';

/** One layer while it is folded. */
export interface Frame {
  readonly layer: CrossbarLayer;
  /** Tile after tile. */
  readonly cells: readonly BlockCells[];
  readonly arrays: ProgrammedArrays;
  readonly noise: LayerNoise | undefined;
  readonly volume: number;
  /** First input channel within the group, per row tile. */
  readonly firstChannel: readonly number[];
  readonly channelsPerGroup: number;
  readonly packSize: number;
  readonly slots: number;
  readonly packs: number;
  /** First row, per row tile. */
  readonly starts: readonly number[];
}

/**
 * Slots for `packSize` groups. onnxruntime's blocked convolutions take 16 channels at a time: with 32 slots for 28
 * groups, depthwise layers of MobileNet-V2 take 141 ms instead of 255.
 */
export function slotsOf(packSize: number, channelsPerGroup: number, columns: number): number {
  if (packSize === 1) return 1;
  for (let slots = packSize; slots <= 1.25 * packSize; slots++) {
    if ((slots * channelsPerGroup) % 16 === 0 && (slots * columns) % 16 === 0) return slots;
  }
  return packSize;
}

/** Input channels of every unit, [unit][slots * channelsPerGroup]. */
export function unitChannels(frame: Frame): Int32Array {
  const { layer, volume, firstChannel, channelsPerGroup, packSize, slots, packs } = frame;
  const groupChannels = Math.ceil(layer.rows / volume);
  const channels = new Int32Array(firstChannel.length * packs * slots * channelsPerGroup);
  let at = 0;
  for (const first of firstChannel) {
    for (let slot = 0; slot < packs * slots; slot++) {
      const group = Math.floor(slot / slots) * packSize + (slot % slots);
      const filled = slot % slots < packSize && group < layer.groups;
      for (let c = first; c < first + channelsPerGroup; c++) {
        // A unit shorter than the longest is filled up with any channel: its weights are zero.
        channels[at++] = filled && c < groupChannels ? group * groupChannels + c : 0;
      }
    }
  }
  return channels;
}

/** Where the layer's outputs are among the units': [tile][output]. */
export function outputPositions(
  { groups, columns }: Pick<CrossbarLayer, 'groups' | 'columns'>,
  { tiles, packs, packSize, slots }: FoldedLayer,
): Int32Array {
  return Int32Array.from({ length: tiles * groups * columns }, (_, i) => {
    const group = Math.floor(i / columns) % groups;
    const unit = Math.floor(i / (groups * columns)) * packs + Math.floor(group / packSize);
    return (unit * slots + (group % packSize)) * columns + (i % columns);
  });
}
