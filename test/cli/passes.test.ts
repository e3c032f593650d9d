/** The verbs on a package whose layers take passes over one chip, each of one array. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const shape = ['array.rows=64', 'array.columns=24', 'driver.rowsAtOnce=64'].flatMap((set) => ['--set', set]);
const options = ['--target', 'ideal', ...shape, '--encoding', 'differential'];

async function run(...args: readonly string[]): Promise<string> {
  const { exit, out, err } = await runCli(args);
  expect(err, err).not.toContain('error[');
  expect(exit).toBe(0);
  return out;
}

async function refusal(...args: readonly string[]): Promise<string> {
  const { exit, err } = await runCli(args);
  expect(exit).not.toBe(0);
  return err;
}

const compile = (output: string, ...flags: readonly string[]) =>
  run('compile', at('net.onnx'), '--calibrate', at('data.npy'), ...options, ...flags, '-o', at(output));

beforeAll(async () => {
  folder = await tinyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

describe('a package with passes', () => {
  beforeAll(async () => {
    const told = await compile('passes.xbar', '--chips', '1');
    expect(told).toContain('2 arrays of 64x24 cells on 1 chip');
    expect(told).toContain('2 passes that write 1, 1 arrays, on the same 1 of the chip; 0 arrays stay');
    await compile('whole.xbar', '--chips', '2');
  });

  it('is none where there are enough chips', async () => {
    const { summary } = JSON.parse(await readFile(at('whole.xbar/manifest.json'), 'utf8'));
    expect(summary).toMatchObject({ arrays: 2, chips: 2 });
    expect(summary.passes).toBeUndefined();
  });

  it('has a bitstream for each, as text and back', async () => {
    expect(await run('disasm', at('passes.xbar'))).toMatch(/^# What stays on the chip.*\n\.format 1\n/);
    for (const pass of [1, 2]) {
      const text = await run('disasm', at('passes.xbar'), '--pass', String(pass));
      expect(text).toContain('hiddenBits=0 arrays=1\n');
      expect(text).toContain('.array 0');
    }
    expect(await refusal('disasm', at('passes.xbar'), '--pass', '3')).toContain('program-3.xbs');
  });

  it('is looked into by the arrays of all passes', async () => {
    const { arrays } = JSON.parse(await run('inspect', at('passes.xbar'), '--json'));
    expect(arrays.map(({ layers }: { layers: readonly string[] }) => layers)).toEqual([
      ['stem'],
      ['classifier'],
    ]);
    expect(await run('inspect', at('passes.xbar'))).toContain('for 2 arrays');
    expect(await run('where', at('passes.xbar'), '--layer', 'classifier')).toMatch(/classifier +1 /);
    expect(await run('where', at('passes.xbar'), '--array', '1', '--row', '3', '--column', '4')).toContain(
      'classifier',
    );
    expect(await run('diff', at('passes.xbar'), at('passes.xbar'))).toContain('2 the same');
  });

  it('is programmed, run and verified as one without', async () => {
    await run('program', at('passes.xbar'), '-o', at('chip'));
    const { total, chipArrays } = JSON.parse(await run('inspect', at('chip'), '--json'));
    expect(chipArrays).toHaveLength(2);
    // Every cell of the one array is formed once, by the first pass.
    expect(total.formed).toBe(64 * 24);
    const answers = ['passes', 'whole'].map((name) =>
      run('run', at(`${name}.xbar`), '--input', at('one.npy')),
    );
    const [own, whole] = await Promise.all(answers);
    expect(own!.replaceAll('passes.xbar', 'whole.xbar')).toBe(whole);
    const model = ['--model', at('net.onnx'), '--data', at('data.npy')];
    expect(await run('verify', at('passes.xbar'), ...model)).toContain('programs 2 arrays (1 chip)');
    expect(await run('export', at('passes.xbar'), '--chip', at('chip'), '--csv', at('cells.csv'))).toContain(
      '2 arrays',
    );
  });

  it('costs what a batch writes, beside the other ways', async () => {
    const text = await run('cost', at('passes.xbar'), '--batch', '10');
    expect(text).toMatch(/2 passes, batches of 10 +1 +1 +100\.0 %/);
    expect(text).toContain('the target does not say what writing takes');
    await run('report', at('passes.xbar'), '-o', at('page.html'));
    const page = await readFile(at('page.html'), 'utf8');
    expect(page).toContain('Passes over the chip, and the other ways');
    expect(page).toContain('2 passes, batches of 1,000');
    const { passes } = JSON.parse(await run('cost', at('passes.xbar'), '--json'));
    expect(passes).toMatchObject({ kept: 0, each: [1, 1], batch: 1000, digitalLayers: ['stem'] });
    // 64 x 12 products of 16 x 9 x 4 more.
    expect(passes.ways.digital.onArrays).toBeCloseTo(768 / (768 + 576), 12);
  });

  it('is refused by verbs that need arrays that are written once', async () => {
    expect(await refusal('cost', at('passes.xbar'), '--arrays', '9')).toContain('no room for replicas');
    expect(await refusal('cost', at('whole.xbar'), '--batch', '9')).toContain('take no passes');
    expect(await refusal('yield', at('passes.xbar'), '--dies', '1')).toContain('take passes');
    expect(
      await refusal(
        'train',
        at('passes.xbar'),
        '--layers',
        '*',
        '--data',
        at('data.npy'),
        '-o',
        at('t.xbar'),
      ),
    ).toMatch(/error\[/);
    const pulses = ['export', at('passes.xbar'), '--chip', at('chip'), '--pulses', at('pulses.csv')];
    expect(await refusal(...pulses)).toContain('what the one before it left');
    const map = ['survey', '--target', 'tetramem-256-6bit', '--arrays', '2', '-o', at('faults.json')];
    await run(...map, '--set', 'array.rows=64', '--set', 'array.columns=24', '--set', 'driver.rowsAtOnce=64');
    const known = ['--faults', at('faults.json'), '--chips', '1', '-o', at('no.xbar')];
    expect(
      await refusal('compile', at('net.onnx'), '--calibrate', at('data.npy'), ...options, ...known),
    ).toContain('layers take passes over it');
  });
});
