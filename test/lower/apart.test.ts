/** Values of cells by units, without the zeros beside the diagonals of packs and without cuts between tiles. */
import { describe, expect, test } from 'vitest';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import { slotsApart, tilesJoined, type UnitShape } from '../../src/lower/apart.ts';

/** Three groups of three rows and two columns, two groups to a pack, cut behind the second row. */
const layer = { groups: 3, rows: 3, columns: 2 } as Partial<CrossbarLayer> as CrossbarLayer;
const shape: UnitShape = {
  tiles: 2,
  packs: 2,
  slots: 2,
  // The last slot has no group, and the second tile one row, filled up with any other.
  channels: Int32Array.of(0, 1, 3, 4, 6, 7, 0, 0, 2, 0, 5, 0, 8, 0, 0, 0),
  channelsPerGroup: 2,
  volume: 1,
};

const numberAt = (group: number, row: number, column: number) => 100 * group + 10 * row + column + 1;

/** [unit][row][column] of packs. */
function packed(): Float32Array {
  const data = new Float32Array(4 * 4 * 4);
  for (let group = 0; group < 3; group++)
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 2; column++) {
        const [tile, pack, slot] = [Math.floor(row / 2), Math.floor(group / 2), group % 2];
        const line = (tile * 2 + pack) * 4 + slot * 2 + (row % 2);
        data[line * 4 + slot * 2 + column] = numberAt(group, row, column);
      }
  return data;
}

describe('packs with values on their diagonals alone', () => {
  const apart = slotsApart(layer, shape, packed());

  test('are a unit per slot, which gives its outputs where the pack did', () => {
    expect(apart.shape).toEqual({ ...shape, packs: 4, slots: 1 });
    // Unit, that is tile, pack and slot; row; column.
    expect([...apart.data.subarray(0, 4)]).toEqual([1, 2, 11, 12]);
    expect([...apart.data.subarray(4, 8)]).toEqual([101, 102, 111, 112]);
    expect([...apart.data.subarray(12, 16)]).toEqual([0, 0, 0, 0]);
    expect([...apart.data.subarray(16, 20)]).toEqual([21, 22, 0, 0]);
  });

  test('are the matrices of the groups, where tiles are joined', () => {
    const whole = tilesJoined(layer, apart)!;
    expect(whole.shape).toMatchObject({ tiles: 1, packs: 3, slots: 1, channelsPerGroup: 3 });
    const wanted = [0, 1, 2].flatMap((group) =>
      [0, 1, 2].flatMap((row) => [0, 1].map((column) => numberAt(group, row, column))),
    );
    expect([...whole.data]).toEqual(wanted);
  });
});

test('packs with a value beside the diagonal stay', () => {
  const data = packed();
  data[2] = 7;
  expect(slotsApart(layer, shape, data)).toEqual({ shape, data });
  expect(tilesJoined(layer, { shape, data })).toBeUndefined();
});
