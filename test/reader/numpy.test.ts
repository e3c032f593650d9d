/** The Python of docs/numpy.md runs as printed, and finds in a saved chip and its package what Crossloom's own loaders find. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { saveChip } from '../../src/chip/save.ts';
import { installRoot } from '../../src/files/install-root.ts';
import { type Package, pathIn } from '../../src/package/open.ts';
import { loadTarget } from '../../src/target/load.ts';
import { tinyGraph } from '../cli/tiny-net.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { hasModule, python } from './python.ts';

const meanOf = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe.skipIf(!hasModule('numpy'))('docs/numpy.md', () => {
  let scripts: readonly string[] = [];
  beforeAll(async () => {
    const page = await readFile(join(installRoot(), 'docs/numpy.md'), 'utf8');
    scripts = [...page.matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(([, text]) => text!);
  });

  /** Lines that a script prints, word by word. */
  async function printed(script: number, folder: string, ...args: readonly string[]) {
    const file = join(folder, `script-${script}.py`);
    await writeFile(file, scripts[script]!);
    const { stdout } = await promisify(execFile)(python, ['-B', file, ...args]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  }

  /** A small convolutional net's package and its chip, saved. */
  async function withChip(check: (pkg: Package, chip: string) => Promise<void>) {
    const target = await loadTarget('tetramem-256-6bit');
    const model = modelOf(tinyGraph());
    const feeds = [1, 2, 3].map((seed) => drawFeeds(model.graph.inputs, seed, 0, 1));
    await withPackage(await compileModel(model, target, feeds), async (pkg) => {
      const folder = join(dirname(pathIn(pkg, 'bitstream')), '..', 'numpy-chip');
      await saveChip(await programPackage(pkg, pkg.loaded), folder);
      await check(pkg, folder);
    });
  }

  test('conductances in uS, by array, and those of column pairs', () =>
    withChip(async (_, folder) => {
      const { header, conductances } = await loadChip(folder);
      const [head, ...arrays] = await printed(0, folder, folder);
      expect(head).toEqual([header.target, header.arrays, header.rows, header.columns].map(String));
      expect(arrays).toHaveLength(conductances.length);
      for (const [array, own] of conductances.entries()) {
        const [number, mean, least, most] = arrays[array]!.map(Number);
        const micro = [...own].map((g) => 1e6 * g);
        const pairs = micro.flatMap((plus, i) => (i % 2 ? [] : [plus - micro[i + 1]!]));
        expect(number).toBe(array);
        expect(mean! / meanOf(micro)).toBeCloseTo(1, 4);
        expect(least! / Math.min(...pairs)).toBeCloseTo(1, 4);
        expect(most! / Math.max(...pairs)).toBeCloseTo(1, 4);
      }
    }));

  test.skipIf(!hasModule('onnx'))('the cells of every block of every layer, and its calibration inputs', () =>
    withChip(async (pkg, folder) => {
      const { header, conductances } = await loadChip(folder);
      const found = await printed(1, folder, dirname(pathIn(pkg, 'bitstream')), folder);
      const wanted = pkg.layers.flatMap((layer) => {
        const { vectors } = pkg.record.layers.get(layer.output)!;
        const { scale, zero } = layer.quantization;
        const input = scale * (meanOf([...vectors]) - zero);
        return layer.tiles.map((tile) => {
          const groups = tile.groupEnd - tile.groupStart;
          const [rows, columns] = [
            groups * (tile.rowEnd - tile.rowStart),
            2 * groups * (tile.columnEnd - tile.columnStart),
          ];
          const cells = Array.from({ length: rows }, (_, r) => {
            const start = (tile.row + r) * header.columns + tile.column;
            return [...conductances[tile.array]!.subarray(start, start + columns)];
          });
          return [layer.output, tile.block, input, rows, columns, 1e6 * meanOf(cells.flat())] as const;
        });
      });
      expect(found).toHaveLength(wanted.length);
      for (const [i, [output, block, input, rows, columns, mean]] of wanted.entries()) {
        const [name, ...numbers] = found[i]!;
        const [foundBlock, foundInput, ...rest] = numbers.map(Number);
        expect([name, foundBlock, rest[0], rest[1]]).toEqual([output, block, rows, columns]);
        expect(foundInput).toBeCloseTo(input, 6);
        expect(rest[2]! / mean).toBeCloseTo(1, 4);
      }
    }),
  );
});
