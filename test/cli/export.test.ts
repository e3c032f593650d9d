/** `crossloom export`: the graph in the bundled runtime, the netlist in ngspice, and the cells against the chip. */
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { openPackage } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { ngspicePresent } from '../wires/nodal.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder, tinyImages } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const exported = (...flags: readonly string[]) =>
  runCli(['export', at('net.xbar'), '--chip', at('chip'), ...flags]);

beforeAll(async () => {
  folder = await tinyFolder();
  await runCli(['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar')]);
  await runCli(['program', at('net.xbar'), '-o', at('chip')]);
});
afterAll(() => rm(folder, { recursive: true }));

test('--onnx gives the results of the simulated chip, and says what it is', async () => {
  expect(await exported('--onnx', at('chip.onnx'), '--no-noise')).toMatchObject({ exit: 0 });
  const session = await openSession(await readFile(at('chip.onnx')));
  const image = {
    type: 'float32',
    dims: [1, 1, 6, 6],
    data: Float32Array.from(tinyImages(1, 3), (byte) => (byte - 128) / 64),
  } as const;
  const { logits } = await session.run({ image });
  const pkg = await openPackage(at('net.xbar'));
  const own = await simulate(pkg, await loadChip(at('chip')), { conditions: { noise: false } });
  const { logits: expected } = await own.run({ image });
  expect([...logits!.data]).toEqual([...expected!.data]);
  await Promise.all([session.release(), own.release()]);
  const { metadata } = await readModel(at('chip.onnx'));
  expect(metadata).toMatchObject({
    'crossloom.bitstream': pkg.bitstream,
    'crossloom.noise': 'of readings is left out',
    'crossloom.at': '0 s after programming',
  });
  expect(metadata?.['crossloom.effects']).toContain('wire resistance');
});

test.each(['8', '6'])(
  '--qdq of inputs of %s bits gives the results of the integer reference up to rounding',
  async (bits) => {
    const place = at(`qdq${bits}`);
    await runCli([
      ...[
        'compile',
        at('net.onnx'),
        '--calibrate',
        at('data.npy'),
        '--input-bits',
        bits,
        '-o',
        `${place}.xbar`,
      ],
    ]);
    expect(await runCli(['export', `${place}.xbar`, '--qdq', `${place}.onnx`])).toMatchObject({ exit: 0 });
    const { graph } = await readModel(`${place}.onnx`);
    const ops = graph.nodes.map((n) => (n.kind === 'onnx' ? n.op : n.kind));
    expect(ops.filter((op) => op === 'QuantizeLinear')).toHaveLength(2);
    expect(ops.filter((op) => op === 'DequantizeLinear')).toHaveLength(4);
    const image = {
      type: 'float32',
      dims: [4, 1, 6, 6],
      data: Float32Array.from(tinyImages(4, 3), (byte) => (byte - 128) / 32),
    } as const;
    const results = await Promise.all(
      [`${place}.onnx`, join(`${place}.xbar`, 'reference.onnx')].map(async (file) => {
        const session = await openSession(await readFile(file));
        const { logits } = await session.run({ image });
        await session.release();
        return [...logits!.data].map(Number);
      }),
    );
    const most = Math.max(...results[1]!.map(Math.abs));
    for (const [i, value] of results[1]!.entries())
      expect(Math.abs(results[0]![i]! - value)).toBeLessThan(1e-5 * most);
  },
);

describe.skipIf(!ngspicePresent && !process.env.CI)(
  '--spice (skipped where ngspice is not installed)',
  () => {
    test.each([
      [['--rows', '250-255', '--columns', '0-6']],
      [['--rows', '240-255', '--columns', '3-9', '--no-wires']],
    ])('%j gives our currents in ngspice', async (flags) => {
      await exported('--spice', at('part.cir'), '--array', '0', '--force', ...flags);
      const text = execFileSync('ngspice', ['-b', at('part.cir')], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const currents = [...text.matchAll(/^\s*vs(\d+)#branch\s+(\S+)/gim)].map(([, , value]) =>
        Number(value),
      );
      const [rows, columns] = [1, 3].map((place) => flags[place]!.split('-').map(Number) as [number, number]);
      const [height, width] = [rows![1] - rows![0] + 1, columns![1] - columns![0] + 1];
      const { conductances, header } = await loadChip(at('chip'));
      const part = Float64Array.from(
        { length: height * width },
        (_, cell) =>
          conductances[0]![
            (rows![0] + Math.floor(cell / width)) * header.columns + columns![0] + (cell % width)
          ]!,
      );
      const { target } = (await openPackage(at('net.xbar'))).loaded;
      const none = { rowSegment: 0, columnSegment: 0, driver: 0, sense: 0, sides: 'one' } as const;
      const wires = flags.includes('--no-wires') ? none : target.wires!;
      const { conductances: effective } = effectiveConductances(part, height, width, wires);
      expect(currents).toHaveLength(width);
      for (const [column, current] of currents.entries()) {
        let expected = 0;
        for (let row = 0; row < height; row++)
          expected += effective[row * width + column]! * target.driver.vRead;
        // As many digits as ngspice prints.
        expect(Math.abs(current - expected)).toBeLessThan(2e-6 * Math.abs(expected) + 1e-15);
      }
      expect(Math.max(...currents)).toBeGreaterThan(1e-6);
    });
  },
);

test('--csv has every cell that is told something', async () => {
  await exported('--csv', at('cells.csv'));
  const [head, ...lines] = (await readFile(at('cells.csv'), 'utf8')).trim().split('\n');
  const fields = head!.split(',');
  const { conductances, header } = await loadChip(at('chip'));
  const inspected = JSON.parse((await runCli(['inspect', at('net.xbar'), '--json'])).out);
  expect(lines).toHaveLength(inspected.arrays[0].cellsProgrammed);
  for (const line of [lines[0]!, lines[77]!, lines.at(-1)!]) {
    const of = Object.fromEntries(line.split(',').map((value, i) => [fields[i], value]));
    const g = conductances[Number(of.array)]![Number(of.row) * header.columns + Number(of.column)]!;
    expect(Math.fround(Number(of.programmed_S))).toBe(g);
    const there = await runCli([
      ...['where', at('net.xbar'), '--array', of.array!, '--row', of.row!, '--column', of.column!, '--json'],
    ]);
    const { layer, weight, cells } = JSON.parse(there.out);
    expect([layer, weight?.index.join(' ') ?? '', String(cells[0].level)]).toEqual([
      of.layer,
      of.weight,
      of.level,
    ]);
  }
});

test('of a chip needs one', async () => {
  const outcome = await runCli(['export', at('net.xbar'), '--csv', at('none.csv')]);
  expect(problemOf(outcome)).toBe('25 options/invalid');
  expect(outcome.err).toContain('at --chip');
});

test.each([
  [[], '2 usage/missing', '--onnx'],
  [['--spice', 'x.cir'], '25 options/invalid', '--array'],
  [['--spice', 'x.cir', '--array', '7'], '25 options/invalid', '0 to 0'],
  [['--csv', 'x.csv', '--array', '7'], '25 options/invalid', '0 to 0'],
  [['--csv', 'x.csv', '--rows', '0-3'], '25 options/invalid', '--spice'],
  [['--spice', 'x.cir', '--array', '0', '--rows', '250-256'], '25 options/invalid', '0 to 255'],
  [['--spice', 'x.cir', '--array', '0', '--rows', '7-3'], '2 usage/invalid-value', '0-31'],
])('%j is refused', async (flags, problem, said) => {
  const outcome = await exported(...flags);
  expect(problemOf(outcome)).toBe(problem);
  expect(outcome.err).toContain(said);
});
