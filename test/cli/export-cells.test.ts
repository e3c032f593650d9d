/** `crossloom export --npz` and `--pulses`: against package and chip, by our own reader and by NumPy, and pulses played on cells of their law. */
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chip, totalCounts } from '../../src/chip/chip.ts';
import { loadChip } from '../../src/chip/load.ts';
import { surveyChip } from '../../src/chip/survey.ts';
import { installRoot } from '../../src/files/install-root.ts';
import { decodeNpy } from '../../src/files/npy.ts';
import { readZip } from '../../src/files/zip.ts';
import { placedMappingOf } from '../../src/package/mapping-of.ts';
import { openPackage, type Package } from '../../src/package/open.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { hasModule, python } from '../reader/python.ts';
import { runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await tinyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** A package and a chip of the small net, and the exported archive. */
async function exported(name: string, ...flags: readonly string[]) {
  const run = async (...args: readonly string[]) => expect(await runCli(args)).toMatchObject({ exit: 0 });
  const settings = ['--calibrate', at('data.npy'), '--wire-correction', 'none'];
  await run('compile', at('net.onnx'), ...settings, '-o', at(`${name}.xbar`), ...flags);
  await run('program', at(`${name}.xbar`), '-o', at(name));
  await run('export', at(`${name}.xbar`), '--chip', at(name), '--npz', at(`${name}.npz`));
  const files = readZip(await readFile(at(`${name}.npz`)));
  const about = JSON.parse(Buffer.from(files.get('about.json')!).toString());
  const numbers = (array: string) => decodeNpy(files.get(`${array}.npy`)!);
  return {
    pkg: await openPackage(at(`${name}.xbar`)),
    chip: await loadChip(at(name)),
    files,
    about,
    numbers,
  };
}
type Exported = Awaited<ReturnType<typeof exported>>;

/** The integers of every layer, added up from level codes as docs/numpy.md says. */
function integersOf({ about, numbers }: Exported): Float64Array[] {
  const [layer, weight, slice, sign, levels] = ['layer', 'weight', 'slice', 'sign', 'levels'].map(
    (name) => numbers(name).data,
  );
  return about.layers.map((own: Record<string, number> & { encoding: string }, index: number) => {
    const integers = new Float64Array(own.groups! * own.rows! * own.columns!);
    const middle = own.encoding === 'offset' ? (own.radix! - 1) / 2 : 0;
    for (const [cell, number] of weight!.entries()) {
      if (layer![cell] !== index || number < 0) continue;
      const digit = levels![cell]! / own.levelStep! - middle;
      integers[number]! +=
        (sign![cell]! * digit * own.radix! ** slice![cell]!) / own.digitsPerOne! / own.repeats!;
    }
    return integers;
  });
}

function conductancesOf(chip: Chip): number[] {
  return chip.conductances.flatMap((own) => [...own]);
}

/** Cells that were told levels, and every one of them its conductance. */
function checkCells({ pkg, chip, numbers }: Exported) {
  const { cell } = pkg.loaded.target;
  expect([...numbers('programmed').data]).toEqual(conductancesOf(chip));
  const step = (cell.gUseMax - cell.gUseMin) / (cell.levels - 1);
  const [levels, target] = [numbers('levels'), numbers('target').data];
  expect(levels.dims).toEqual([chip.header.arrays, chip.header.rows, chip.header.columns]);
  for (const [at, level] of levels.data.entries()) {
    if (level < 0) expect(target[at]).toBeNaN();
    else expect(Math.abs(target[at]! - (cell.gUseMin + level * step))).toBeLessThan(1e-6 * cell.gUseMax);
  }
}

function checkScales({ pkg, numbers }: Exported) {
  for (const [index, { node }] of placedMappingOf(pkg).layers.entries())
    expect([...numbers(`scales_${index}`).data]).toEqual([...Float32Array.from(node.scales)]);
}

const wanted = (pkg: Package) =>
  placedMappingOf(pkg).layers.map(({ node }) => [...node.integers].map(Number));

describe('--npz', () => {
  test.each([
    ['pairs', []],
    ['slices beside a reference', ['--target', 'isaac-128', '--set', 'cell.encoding=offset']],
    ['repeated rows', ['--repeats', '2']],
  ])('%s: levels, conductances and scales give the integers of the package', async (name, flags) => {
    const all = await exported(name.replaceAll(' ', '-'), ...flags);
    checkCells(all);
    checkScales(all);
    const integers = integersOf(all).map((own) => [...own].map((w) => Math.round(1e9 * w) / 1e9 + 0));
    expect(integers).toEqual(wanted(all.pkg));
  });

  test('faults are those of a survey, and pulses those that the chip counted', async () => {
    const faults = ['stuckLow=0.002', 'stuckHigh=0.001', 'endurance=1e9', 'spent=0'];
    const all = await exported('faulty', ...faults.flatMap((field) => ['--set', `faults.${field}`]));
    const { pkg, chip, numbers, about } = all;
    const map = await surveyChip(pkg.loaded, { arrays: chip.header.arrays, seed: chip.seed, threads: 1 });
    const listed = map.arrays.flatMap((faults, array) =>
      faults.map(({ row, column }) => [array, row, column]),
    );
    expect(listed.length).toBeGreaterThan(50);
    expect([...numbers('faults').data]).toEqual(listed.flat());
    const counts = totalCounts(chip.counters);
    const kinds = about.pulses.kinds as string[];
    const sent = (kind: string) => numbers('pulse_kind').data.filter((k) => kinds[k] === kind).length;
    expect(['form', 'set', 'reset', 'weak'].map(sent)).toEqual([
      counts.formed,
      counts.setPulses,
      counts.resetPulses,
      0,
    ]);
    expect(about.pulses.width).toBe(schemeOf(pkg.loaded.target).rates.pulse!.time);
  });

  test.each([
    ['pcm-256', 'error-law'],
    ['leti-fecap-130nm', 'transfer'],
  ])('%s has no pulses, and says why', async (target, scheme) => {
    const { files, about, numbers, chip } = await exported(target, '--target', target);
    expect(about.pulses).toContain(scheme);
    expect([...files.keys()].filter((name) => name.startsWith('pulse'))).toEqual([]);
    if (scheme !== 'transfer') return;
    const told = [...numbers('pairs').data].filter((value) => value > -(2 ** 31));
    const stored = chip.hidden.flatMap((own) => [...own]).filter((value) => value !== 0);
    expect(told.filter((value) => value !== 0)).toEqual(stored);
    const refused = await runCli([
      'export',
      at(`${target}.xbar`),
      '--chip',
      at(target),
      '--pulses',
      at('no.csv'),
    ]);
    expect(refused).toMatchObject({ exit: 25, err: expect.stringContaining('options/invalid') });
  });
});

test('pulses of predicted amplitudes take cells of their law to where the chip is', async () => {
  const even = ['cycleToCycle', 'deviceToDevice', 'arrayToArray', 'readNoise', 'unresponsive', 'resetSpread'];
  const all = await exported(
    'predicted',
    ...['--target', 'tio2-feedforward'],
    ...even.flatMap((field) => ['--set', `programming.${field}=0`]),
  );
  const { pkg, numbers } = all;
  const { programming: law, cell } = pkg.loaded.target;
  if (law.scheme !== 'feedforward') throw new Error('another scheme');
  const { rows, columns } = pkg.loaded.target.array;
  const g = new Map<number, number>();
  const [array, row, column, kind, voltage] = ['array', 'row', 'column', 'kind', 'voltage'].map(
    (name) => numbers(`pulse_${name}`).data,
  );
  for (let i = 0; i < kind!.length; i++) {
    const place = (array![i]! * rows + row![i]!) * columns + column![i]!;
    const volts = voltage![i]!;
    if (kind![i] === 0) g.set(place, cell.gMax);
    else if (Number.isNaN(volts)) g.set(place, cell.gMin);
    else {
      // dx / dD = 1 - gamma x, by small steps.
      const { vFull, vScale, gamma } = volts > 0 ? law.potentiation : law.depression;
      const width = cell.gMax - cell.gMin;
      const before = (g.get(place)! - cell.gMin) / width;
      let x = volts > 0 ? before : 1 - before;
      const dose = Math.exp((Math.abs(volts) - vFull) / vScale);
      for (let step = 0; step < 400; step++) {
        const half = x + (dose / 800) * (1 - gamma * x);
        x = Math.min(1, x + (dose / 400) * (1 - gamma * half));
      }
      g.set(place, cell.gMin + (volts > 0 ? x : 1 - x) * width);
    }
  }
  const programmed = numbers('programmed').data;
  expect(g.size).toBeGreaterThan(500);
  for (const [place, own] of g) expect(Math.abs(own - programmed[place]!)).toBeLessThan(1e-5 * cell.gMax);
  const csv = await runCli([
    ...['export', at('predicted.xbar'), '--chip', at('predicted'), '--pulses', at('pulses.csv')],
  ]);
  expect(csv).toMatchObject({ exit: 0 });
  const [head, ...lines] = (await readFile(at('pulses.csv'), 'utf8')).trim().split('\n');
  expect(head).toBe('array,row,column,pulse,voltage_V');
  expect(lines).toHaveLength(kind!.length);
  const last = lines.at(-1)!.split(',');
  expect(last.slice(0, 3).map(Number)).toEqual([array, row, column].map((own) => own!.at(-1)));
  expect(Number(last[4])).toBeCloseTo(voltage!.at(-1)!, 6);
});

test('a chip that was written again has no list; --no-pulses leaves it out', async () => {
  await exported('written');
  const again = ['program', at('written.xbar'), '--rewrite', '1', '-o', at('again')];
  expect(await runCli(again)).toMatchObject({ exit: 0 });
  const flags = ['export', at('written.xbar'), '--chip', at('again'), '--npz', at('again.npz')];
  const refused = await runCli(flags);
  expect(refused).toMatchObject({ exit: 25, err: expect.stringContaining('--no-pulses') });
  expect(await runCli([...flags, '--no-pulses'])).toMatchObject({ exit: 0 });
});

test.skipIf(!hasModule('numpy'))('the Python of docs/numpy.md finds the weights and the pulses', async () => {
  const all = await exported('python');
  const page = await readFile(join(installRoot(), 'docs/numpy.md'), 'utf8');
  const [, text = ''] = /```python\n((?:(?!```)[\s\S])*?cells\.npz[\s\S]*?)^```$/m.exec(page)!;
  await writeFile(at('cells.py'), text);
  const printed = execFileSync(python, ['-B', at('cells.py'), at('python.npz')], { encoding: 'utf8' });
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const counts = totalCounts(all.chip.counters);
  expect(lines.slice(-5)).toEqual([
    ['faulty', String(all.numbers('faults').dims[0])],
    ['form', String(counts.formed)],
    ['reset', String(counts.resetPulses)],
    ['set', String(counts.setPulses)],
    ['weak', '0'],
  ]);
  for (const [index, { node }] of placedMappingOf(all.pkg).layers.entries()) {
    const [told, held] = lines.slice(2 * index, 2 * index + 2);
    const integers = [...node.integers].map(Number);
    const weights = integers.map((w, i) => w * node.scales[i % node.columns]!);
    expect(told!.slice(0, 2)).toEqual([node.output, 'told']);
    expect(Number(told![2])).toBeCloseTo(Math.min(...weights), 5);
    expect(Number(told![3])).toBeCloseTo(Math.max(...weights), 5);
    const sum = integers.reduce((total, w) => total + Math.abs(w), 0);
    expect(Number(told![4]) / sum).toBeCloseTo(1, 5);
    expect(Number(held![4]) / sum).toBeCloseTo(1, 1);
  }
});

test.each([
  ['crosssim', 'leti-fecap-130nm', []],
  ['aihwkit', 'pcm-256', []],
  ['crosssim', 'isaac-128', ['--set', 'cell.encoding=offset']],
])('--%s: conductances and scales of %s are the weights', async (tool, target, flags) => {
  const name = `${tool}-${target}`;
  const { pkg, chip } = await exported(name, '--target', target, ...flags);
  const to = ['export', at(`${name}.xbar`), '--chip', at(name), `--${tool}`, at(`${name}-layers.json`)];
  expect(await runCli(to)).toMatchObject({ exit: 0 });
  const files = readZip(await readFile(at(`${name}-layers.npz`)));
  const { cell } = pkg.loaded.target;
  const unit = tool === 'aihwkit' ? 1e-6 : cell.gUseMax;
  let worst = 0;
  for (const [index, { node }] of placedMappingOf(pkg).layers.entries()) {
    const [plus, minus, scale] = ['plus', 'minus', 'scale'].map((array) =>
      decodeNpy(files.get(`${array}_${index}.npy`)!),
    );
    const [parts, outputs, rows] = plus!.dims as [number, number, number];
    expect([outputs, rows]).toEqual([node.groups * node.columns, node.rows]);
    for (let output = 0; output < outputs; output++)
      for (let row = 0; row < rows; row++) {
        let weight = 0;
        for (let part = 0; part < parts; part++) {
          const place = (part * outputs + output) * rows + row;
          weight += scale!.data[part * outputs + output]! * (plus!.data[place]! - minus!.data[place]!);
        }
        const group = Math.floor(output / node.columns);
        const integer = node.integers[(group * rows + row) * node.columns + (output % node.columns)]!;
        worst = Math.max(worst, Math.abs(weight / node.scales[output]! - Number(integer)) / node.weightMax);
      }
    const most = Math.max(...plus!.data) * unit;
    expect(most / Math.max(...conductancesOf(chip))).toBeLessThanOrEqual(1 + 1e-6);
    expect(most / cell.gUseMax).toBeGreaterThan(0.5);
  }
  // Exact cells hold the integers; others are off by what they err.
  if (target === 'isaac-128') expect(worst).toBeLessThan(1e-4);
  else expect(worst).toBeLessThan(0.6);
});
