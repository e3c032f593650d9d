/** Loads of lines are sums over the level codes of arrays, cell by cell. */
import { expect, it } from 'vitest';
import { codedArrays } from '../../../passes/program/array-codes.ts';
import { lineLoads } from '../../../passes/program/line-loads.ts';
import type { PlacedBlock } from '../../../src/ir/mapping.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { place, quantizedLayer, slicedLayer } from '../layers.ts';

it.each(['differential', 'offset'] as const)(
  'adds up the codes of %s cells, bank by bank',
  async (encoding) => {
    const { target } = await loadTarget('tetramem-256-6bit', [
      'array.rows=24',
      'array.columns=20',
      'driver.rowsAtOnce=10',
    ]);
    const dense = quantizedLayer({ groups: 1, rows: 17, columns: 8, weightMax: 31 });
    const grouped = quantizedLayer({ groups: 5, rows: 4, columns: 2, weightMax: 31 });
    const of = { encoding, radix: 63, levelStep: 2, repeats: 1 };
    const placed = place([slicedLayer(dense, of), slicedLayer(grouped, { ...of, repeats: 2 })], target);
    const blocks = placed.blocks.map((block): PlacedBlock => {
      if (block.layer !== 0 || encoding === 'offset') return block;
      const place = Int32Array.from({ length: 8 }, (_, j) => 7 - j);
      return { ...block, places: { place, flipped: Uint8Array.of(0, 1, 0, 1, 0, 0, 1, 1) } };
    });
    const mapping = { ...placed, blocks };
    const { arrays } = lineLoads(mapping, target);
    for (const [number, { codes }] of [...codedArrays(mapping, target)].entries()) {
      const { rows, columns } = arrays[number]!;
      for (let row = 0; row < 24; row++) {
        const own = [...codes.subarray(row * 20, (row + 1) * 20)].filter((code) => code >= 0);
        expect([rows.used[row], rows.codes[row]]).toEqual([own.length, own.reduce((a, b) => a + b, 0)]);
      }
      for (let bank = 0; bank < 3; bank++)
        for (let column = 0; column < 20; column++) {
          let [used, sum] = [0, 0];
          for (let row = Math.max(0, 14 - 10 * bank); row < 24 - 10 * bank; row++) {
            const code = codes[row * 20 + column]!;
            if (code < 0) continue;
            used++;
            sum += code;
          }
          expect([columns.used[bank * 20 + column], columns.codes[bank * 20 + column]]).toEqual([used, sum]);
        }
    }
  },
);
