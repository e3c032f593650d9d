/**
 * `npm run bench -- big`: how time and memory of a compilation grow with the weights of a transformer. Every size is
 * written with its weights in an external file, and calibrated, compiled and written as a package by a process of its
 * own, whose largest resident memory is reported. Arguments after `big` pick sizes by millions of weights.
 */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeModel } from '../src/onnx/write.ts';
import { formatTable } from '../src/report/table.ts';
import type { BigResult } from './big-compile.ts';
import { countWeights, type TransformerShape, transformer, vectorsKept } from './big-model.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** By millions of weights. */
const sizes: Readonly<Record<string, TransformerShape>> = {
  30: { width: 512, layers: 6, words: 10880 },
  100: { width: 1024, layers: 6, words: 11968 },
  300: { width: 1536, layers: 8, words: 23936 },
  1000: { width: 2048, layers: 17, words: 35264 },
};

export async function benchBig(wanted: readonly string[]): Promise<void> {
  const chosen = wanted.length > 0 ? wanted : ['100', '300', '1000'];
  const rows: string[][] = [];
  const points: { readonly weights: number; readonly wall: number; readonly processor: number }[] = [];
  for (const size of chosen) {
    const shape = sizes[size];
    if (!shape) throw new Error(`no size ${size}; there are ${Object.keys(sizes).join(', ')}`);
    const { weights, result } = await measure(shape);
    const stages = Object.values(result.stages);
    const wall = stages.reduce((sum, stage) => sum + stage.wall, 0);
    const processor = stages.reduce((sum, stage) => sum + stage.processor, 0);
    points.push({ weights, wall, processor });
    rows.push([
      `${(weights / 1e6).toFixed(0)} M`,
      `${shape.layers} x ${shape.width}, ${shape.words} words`,
      String(result.arrays),
      ...stages.map((stage) => stage.wall.toFixed(0)),
      ((wall / weights) * 1e8).toFixed(1),
      ((processor / weights) * 1e8).toFixed(1),
      (result.peak / 2 ** 30).toFixed(2),
    ]);
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  }
  const headers = [
    'weights',
    'transformer',
    'arrays',
    'read, s',
    'calibrate, s',
    'map, s',
    'write, s',
    's per 100 M',
    'processor s per 100 M',
    'peak memory, GiB',
  ];
  process.stdout.write(
    `${formatTable(
      headers.map((header) => ({ header })),
      rows,
    )}\n`,
  );
  const [first, last] = [points[0]!, points.at(-1)!];
  const growth = (of: 'wall' | 'processor') =>
    (Math.log(last[of] / first[of]) / Math.log(last.weights / first.weights)).toFixed(2);
  process.stdout.write(
    `\ntetramem-256-6bit, ${vectorsKept} calibration vectors per layer, Node ${process.version}; ` +
      `${cpus().length} x ${cpus()[0]!.model}\n`,
  );
  if (first === last) return;
  process.stdout.write(
    `time grows as weights to the power of ${growth('wall')}, processor time to that of ${growth('processor')}\n`,
  );
}

function measure(shape: TransformerShape): Promise<{ weights: number; result: BigResult }> {
  return withTemporaryFolder(async (folder) => {
    const graph = transformer(shape);
    const model = 'model.onnx';
    await writeModel(graph, folder, model, { inside: 0 });
    const compiler = fileURLToPath(new URL('./big-compile.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      compiler,
      join(folder, model),
      join(folder, 'model.xbar'),
      String(shape.words),
    ]);
    return { weights: countWeights(graph), result: JSON.parse(stdout) as BigResult };
  });
}
