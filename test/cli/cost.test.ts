/** `crossloom cost`: what it prints, whose circuits it counts, and what it marks as assumed. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assumedInColour } from '../../src/cli/io.ts';
import { readOptionsFile } from '../../src/ir/options.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const json = async (...args: readonly string[]) =>
  JSON.parse((await runCli(['cost', ...args, '--json'])).out);

beforeAll(async () => {
  folder = await tinyFolder();
  for (const target of ['isaac-128', 'tetramem-256-6bit'])
    await runCli([
      ...['compile', at('net.onnx'), '--target', target],
      ...['--calibrate', at('data.npy'), '-o', at(`${target}.xbar`)],
    ]);
});
afterAll(() => rm(folder, { recursive: true }));

test('prints layers, parts and the whole', async () => {
  const { out } = await runCli(['cost', at('isaac-128.xbar')]);
  expect(out).toContain('net.onnx on isaac-128');
  expect(out).toMatch(/^stem +1 +576 /m);
  expect(out).toMatch(/^converters +[\d.]+ [pnu]J +[\d.]+ % +0.0012 mm2/m);
  expect(out).toMatch(/^network +[\d.e-]+ TOPS, [\d.]+ TOPS\/W/m);
  expect(out).toContain('the target does not say what writing its cells takes');
  expect(out).toMatch(/^assumed +circuits.digital.time$/m);
});

test('what a target does not state is counted as in isaac-128, and assumed; asked for, all of it', async () => {
  const own = await json(at('tetramem-256-6bit.xbar'));
  expect(own).toMatchObject({ target: 'tetramem-256-6bit', circuits: 'isaac-128' });
  const lent = await json(at('tetramem-256-6bit.xbar'), '--circuits', 'isaac-128');
  const { cells: cellArea, ...others } = lent.area.parts;
  expect(own.area.parts).toMatchObject(others);
  expect(own.area.parts.cells).toBeCloseTo(65_536 * 0.203e-12, 15);
  expect(cellArea).toBeCloseTo(65_536 * 0.001526e-12, 15);
  expect(own.inference).toEqual(lent.inference);
  expect(lent.assumed.area).toHaveLength(9);
  expect(lent.assumed.fields).toContain('isaac-128: circuits.cells.area');
  expect(own.assumed.area).toHaveLength(8);
  expect(own.assumed.area).not.toContain('cells');
  const { out } = await runCli(['cost', at('tetramem-256-6bit.xbar')]);
  expect(out).toMatch(/^converters .* \(assumed: area\)$/m);
  expect(out).toMatch(/^latency .* \(assumed\)$/m);
});

test('what is assumed is yellow on a terminal, and nothing else', () => {
  expect(assumedInColour('drivers  1 pJ  (assumed: energy)\nassumed  adc.energy (x)\n')).toBe(
    'drivers  1 pJ  \u001b[33m(assumed: energy)\u001b[39m\nassumed  adc.energy (x)\n',
  );
});

test('a target without circuits lends none', async () => {
  const outcome = await runCli(['cost', at('isaac-128.xbar'), '--circuits', 'ideal']);
  expect(problemOf(outcome)).toBe('25 options/invalid');
  expect(outcome.err).toContain('no section `circuits`');
});

test('circuits that transfer hidden weights need a hidden plane', async () => {
  const outcome = await runCli(['targets', 'show', 'isaac-128', '--set', 'circuits.transfer.area=1 um2']);
  expect(outcome.err).toContain('no hidden planes to transfer');
});

test('chooses replicas for a number of arrays, and compiles with them', async () => {
  const options = at('replicas.yaml');
  const { balance, inference } = await json(at('isaac-128.xbar'), '--arrays', '5', '-o', options);
  expect(balance.replicas).toEqual([{ name: 'stem', replicas: 4 }]);
  expect(await readOptionsFile(options)).toMatchObject({ layers: [{ match: 'stem', replicas: 4 }] });
  const compiled = await runCli([
    ...['compile', at('net.onnx'), '--options', options],
    ...['--calibrate', at('data.npy'), '-o', at('often.xbar')],
  ]);
  expect(compiled.exit, compiled.err).toBe(0);
  const often = await json(at('often.xbar'));
  expect(often.area.arrays).toBeLessThanOrEqual(5);
  expect(often.inference.interval).toBeLessThan(inference.interval / 3);
  const again = await runCli(['cost', at('often.xbar'), '--arrays', '9']);
  expect(again.err).toContain('has replicas already');
  const alone = await runCli(['cost', at('isaac-128.xbar'), '-o', at('alone.yaml')]);
  expect(problemOf(alone)).toBe('25 options/invalid');
});
