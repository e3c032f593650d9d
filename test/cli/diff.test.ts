/** `crossloom diff`: changes that are made by hand in the text of a bitstream, and chips of two seeds. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const diff = async (...args: readonly string[]) =>
  JSON.parse((await runCli(['diff', ...args, '--json'])).out);

beforeAll(async () => {
  folder = await tinyFolder();
  await runCli(['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar')]);
  for (const seed of ['1', '2'])
    await runCli(['program', at('net.xbar'), '--seed', seed, '-o', at(`chip${seed}`)]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('of bitstreams', () => {
  test('there is nothing between one and itself', async () => {
    const found = await diff(at('net.xbar'), at('net.xbar'));
    expect(found).toMatchObject({ of: 'bitstreams', header: [], arrays: [], layers: [], same: 1 });
    const { out } = await runCli(['diff', at('net.xbar'), at('net.xbar')]);
    expect(out).toBe('0 arrays differ, 1 the same\n');
  });

  test('a code, a converter and a tolerance that are changed are found where they are', async () => {
    const text = (await runCli(['disasm', at('net.xbar')])).out;
    const codes = /codes=(\d+),(\d+)/.exec(text)!;
    const [first, second] = [Number(codes[1]), Number(codes[2])];
    const changed = text
      .replace(
        codes[0],
        `codes=${first < 32 ? first + 5 : first - 5},${second < 32 ? second + 3 : second - 3}`,
      )
      .replace(/zero=\d+/, 'zero=17')
      .replace(/(verify .*tolerance=)\S+/, '$11e-6');
    await writeFile(at('changed.txt'), changed);
    await runCli(['asm', at('changed.txt'), '-o', at('changed.xbs')]);
    const { arrays, layers, same } = await diff(at('net.xbar'), at('changed.xbs'));
    expect(same).toBe(0);
    expect(arrays).toMatchObject([
      {
        array: 0,
        levels: { cells: 2, rows: 1, columns: 2, alone: 0, mean: 4, most: 5 },
        pairs: { cells: 0 },
        // One that has the tolerance of before, and one with that of after.
        others: 2,
      },
    ]);
    expect(arrays[0].converters).toHaveLength(1);
    expect(layers).toHaveLength(1);
    const row = /program row=(\d+) column=(\d+)/.exec(text)!;
    const there = await runCli([
      ...['where', at('net.xbar'), '--array', '0', '--row', row[1]!, '--column', row[2]!, '--json'],
    ]);
    expect(JSON.parse(there.out).layer).toBe(layers[0].layer);
  });

  test('of other targets the header says what differs', async () => {
    await runCli([
      ...[
        'compile',
        at('net.onnx'),
        '--calibrate',
        at('data.npy'),
        '--target',
        'ideal',
        '-o',
        at('ideal.xbar'),
      ],
    ]);
    const { out } = await runCli(['diff', at('net.xbar'), at('ideal.xbar')]);
    expect(out).toContain('target: tetramem-256-6bit and ideal');
    expect(out).toMatch(/levels: 64 and \d+/);
  });
});

test('of chips of two seeds the cells differ that are programmed, by what they were read to differ', async () => {
  const found = await diff(at('chip1'), at('chip2'), '--package', at('net.xbar'));
  const [a, b] = await Promise.all([loadChip(at('chip1')), loadChip(at('chip2'))]);
  const sizes = [...a.conductances[0]!]
    .map((g, cell) => Math.abs(g - b.conductances[0]![cell]!))
    .filter(Boolean);
  const { cells, mean, most } = found.arrays[0].conductances;
  expect(cells).toBe(sizes.length);
  expect(mean).toBeCloseTo(sizes.reduce((sum, size) => sum + size, 0) / sizes.length, 9);
  expect(most).toBe(Math.max(...sizes));
  const inLayers = found.layers.reduce((sum: number, layer: { cells: number }) => sum + layer.cells, 0);
  expect(inLayers).toBe(cells);
  expect(found).toMatchObject({ calibration: 'different', converters: [] });
  const { out } = await runCli(['diff', at('chip1'), at('chip2')]);
  expect(out).toContain('calibration different');
});

test.each([
  [['chip1', 'net.xbar'], '25 options/invalid'],
  [['net.xbar', 'nothing.xbs'], '2 package/unreadable'],
  [['net.onnx', 'net.xbar'], '34 bitstream/invalid'],
])('%j cannot be compared', async (places, problem) => {
  const outcome = await runCli(['diff', ...places.map(at)]);
  expect(problemOf(outcome)).toBe(problem);
});
