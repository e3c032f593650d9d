/**
 * Values of a layer's cells by units -> the same with fewer zeros, where they are of cells on the diagonals of packs alone: cells that
 * were never formed conduct through wires, so that packs are matrices of the groups together, but they have no noise.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { FoldedLayer } from './folded.ts';

/** How the values of units lie, [unit][row][column]. */
export type UnitShape = Pick<
  FoldedLayer,
  'tiles' | 'packs' | 'slots' | 'channels' | 'channelsPerGroup' | 'volume'
>;

export interface UnitValues {
  readonly shape: UnitShape;
  readonly data: Float32Array;
}

/** A unit for every slot: what it reads, and the order of outputs, stay. The same values where some are not on a diagonal. */
export function slotsApart({ columns }: CrossbarLayer, shape: UnitShape, data: Float32Array): UnitValues {
  const { slots, tiles, packs, channelsPerGroup, volume } = shape;
  if (slots === 1) return { shape, data };
  const rows = channelsPerGroup * volume;
  const own = new Float32Array(data.length / slots);
  for (let unit = 0, from = 0; unit < tiles * packs; unit++)
    for (let row = 0; row < slots * rows; row++)
      for (let column = 0; column < slots * columns; column++, from++) {
        const slot = Math.floor(row / rows);
        if (slot === Math.floor(column / columns))
          own[((unit * slots + slot) * rows + (row % rows)) * columns + (column % columns)] = data[from]!;
        else if (data[from] !== 0) return { shape, data };
      }
  return { shape: { ...shape, packs: packs * slots, slots: 1 }, data: own };
}

/** The whole matrices of the groups, [group][row][column], for inputs as the layer has them; undefined where slots are not apart. */
export function tilesJoined(layer: CrossbarLayer, { shape, data }: UnitValues): UnitValues | undefined {
  const { groups, rows, columns } = layer;
  const { tiles, packs, slots, channels, channelsPerGroup, volume } = shape;
  if (slots > 1) return undefined;
  const own = rows / volume;
  const whole = new Float32Array(groups * rows * columns);
  for (let unit = 0, from = 0; unit < tiles * packs; unit++)
    for (let c = 0; c < channelsPerGroup; c++) {
      const first = channels[unit * channelsPerGroup + c]! * volume * columns;
      // What a unit is filled up with is zero, whatever channel it is told.
      for (let at = first; at < first + volume * columns; at++, from++) whole[at]! += data[from]!;
    }
  const all = Int32Array.from({ length: groups * own }, (_, channel) => channel);
  return { shape: { ...shape, tiles: 1, packs: groups, channels: all, channelsPerGroup: own }, data: whole };
}
