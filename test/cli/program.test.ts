import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { openPackage } from '../../src/package/open.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import { worstCurrents } from '../../src/wires/limits.ts';
import { reseal } from '../support/reseal.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
let at = (name: string) => name;

async function compileNet(name: string, ...flags: readonly string[]): Promise<void> {
  const args = ['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at(name), ...flags];
  expect(await runCli(args)).toMatchObject({ exit: 0, err: '' });
}

beforeAll(async () => {
  folder = await tinyFolder();
  at = (name) => join(folder, name);
  await compileNet('net.xbar');
  await compileNet('leti.xbar', '--target', 'leti-fecap-130nm', '--slices', '2');
});
afterAll(() => rm(folder, { recursive: true }));

describe('crossloom program', () => {
  test('programs, calibrates and saves a chip, and says what that took', async () => {
    const { exit, out, err } = await runCli(['program', at('net.xbar'), '--seed', '3', '-o', at('chip')]);
    expect(exit).toBe(0);
    expect(err).toBe('');
    const chip = await loadChip(at('chip'));
    expect(chip.seed).toBe(3);
    expect([...chip.calibration!.columns.keys()]).toEqual(['map', 'logits']);
    const [counters] = chip.counters;
    const pulses = counters!.setPulses + counters!.resetPulses;
    const grouped = (value: number) => value.toLocaleString('en-US');
    expect(out).toContain(`${at('chip')}: ${at('net.xbar')} on tetramem-256-6bit, seed 3`);
    expect(out).toMatch(/^cells formed +1,608$/m);
    expect(out).toContain(`${grouped(pulses)} (${grouped(counters!.setPulses)} SET, `);
    expect(out).toContain(`${(pulses / 1608).toFixed(2)} per cell`);
    expect(out).toMatch(new RegExp(`^verify reads +${grouped(counters!.verifyReads)}$`, 'm'));
    expect(out).toMatch(/^calibration +gain and bias of every column of 2 layers/m);
    expect(out).not.toContain('FeCAP');
  });

  test('lists the first cells that were given up', async () => {
    await compileNet('hard.xbar', '--set', 'programming.maxPulses=2');
    const { out } = await runCli(['program', at('hard.xbar'), '-o', at('hard')]);
    const chip = await loadChip(at('hard'));
    expect(chip.failed.length).toBeGreaterThan(5);
    const { array, row, column } = chip.failed[4]!;
    expect(out).toMatch(
      new RegExp(`^ +array ${array}, row ${row}, column ${column}: wanted .*S, reached .*S$`, 'm'),
    );
    expect(out.match(/: wanted /g)).toHaveLength(5);
    expect(out).toMatch(/^ +and [\d,]+ more$/m);
  });

  test('--json has the counters; the same seed gives the same chip', async () => {
    const run = async (seed: string, name: string, ...flags: readonly string[]) => {
      const args = ['program', at('net.xbar'), '--seed', seed, '-o', at(name), '--json', ...flags];
      const { exit, out } = await runCli(args);
      expect(exit).toBe(0);
      return JSON.parse(out) as { counters: { setPulses: number }; calibratedLayers: number };
    };
    const first = await run('5', 'a');
    const second = await run('5', 'b', '--no-calibrate');
    const other = await run('6', 'c');
    expect(first.calibratedLayers).toBe(2);
    expect(second.calibratedLayers).toBe(0);
    expect(second.counters).toEqual(first.counters);
    expect(other.counters).not.toEqual(first.counters);
    expect((await loadChip(at('b'))).conductances).toEqual((await loadChip(at('a'))).conductances);
  });

  test('currents over the limits of drivers and columns are warnings, by array and line', async () => {
    const limits = ['--set', 'wires.maxDriverCurrent=1 A', '--set', 'wires.maxColumnCurrent=2 mA'];
    // What is chosen otherwise keeps to the limits.
    await compileNet('limits.xbar', '--wire-correction', 'none', ...limits);
    for (const calibration of [[], ['--no-calibrate']]) {
      const args = ['program', at('limits.xbar'), '-o', at('limits'), '--force', ...calibration];
      const { exit, err } = await runCli(args);
      const pkg = await openPackage(at('limits.xbar'));
      const chip = await loadChip(at('limits'));
      const { rows, columns } = chip.header;
      const { vRead } = pkg.loaded.target.driver;
      const seen = effectiveConductances(chip.conductances[0]!, rows, columns, pkg.loaded.target.wires!);
      const { columns: currents } = worstCurrents(seen, vRead);
      const worst = currents.indexOf(Math.max(...currents));
      expect(currents[worst]).toBeGreaterThan(2e-3);
      expect(exit).toBe(0);
      const given = (currents[worst]! * 1e3).toPrecision(4);
      expect(err).toContain(
        `warning[wires/current-over-limit] at array 0, column ${worst}: the largest current of a column is ${given} mA`,
      );
      expect(err).not.toContain('driver');
      const { out, err: none } = await runCli([...args, '--json']);
      const { warnings } = JSON.parse(out) as { warnings: readonly { code: string; at: string }[] };
      expect(warnings.map((warning) => [warning.code, warning.at])).toEqual([
        ['wires/current-over-limit', `array 0, column ${worst}`],
      ]);
      expect(none).toBe('');
    }
    await compileNet(
      'wide.xbar',
      '--set',
      'wires.maxDriverCurrent=1 A',
      '--set',
      'wires.maxColumnCurrent=1 A',
    );
    expect(await runCli(['program', at('wide.xbar'), '-o', at('wide')])).toMatchObject({ exit: 0, err: '' });
  });

  test('hidden planes are counted', async () => {
    const { exit, out } = await runCli(['program', at('leti.xbar'), '-o', at('leti')]);
    expect(exit).toBe(0);
    const { counters } = await loadChip(at('leti'));
    const transfers = counters.reduce((sum, c) => sum + c.transfers, 0);
    expect(transfers).toBe(2 * 804);
    expect(out).toMatch(/^transfers +1,608, \d+ sign errors?$/m);
    for (const label of ['wake-up cycles', 'FeCAP writes', 'FeCAP reads', 'FeCAP wear'])
      expect(out).toMatch(new RegExp(`^${label} +[\\d,]+`, 'm'));
    expect(out).toMatch(/^wear +2 cycles of the memristor with the most, 0\.002 % of its endurance$/m);
    expect(out).toMatch(/^FeCAP wear +1,00\d cycles of the FeCAP with the most, 0\.01 % of its endurance$/m);
  });

  test('an existing chip stays without --force', async () => {
    const args = ['program', at('net.xbar'), '-o', at('once'), '--no-calibrate'];
    expect((await runCli(args)).exit).toBe(0);
    expect(await runCli(args)).toMatchObject({ exit: 30, out: '' });
    expect((await runCli([...args, '--force', '--seed', '9'])).exit).toBe(0);
    expect((await loadChip(at('once'))).seed).toBe(9);
    expect(problemOf(await runCli(['program', at('net.xbar'), '-o', folder, '--force']))).toBe(
      '37 chip/unreadable',
    );
  });
});

describe('--rewrite', () => {
  test('writes the chip again, says what that took, and keeps what the chip was told', async () => {
    await compileNet('cmo.xbar', '--target', 'cmo-hfox-130nm', '--wire-correction', 'none');
    const args = ['program', at('cmo.xbar'), '-o', at('again'), '--rewrite', '2', '--rewrite-wait', '10s'];
    const { exit, out } = await runCli([...args, '--rewrite-for', '1h']);
    expect(exit).toBe(0);
    expect(out).toMatch(
      /^rewriting +2 rounds 10 s apart wrote [\d,]+ cells again \([\d.]+ % of those with weights\); 1\.\d\d /m,
    );
    const chip = await loadChip(at('again'));
    expect(chip.rewritten).toMatchObject({ wait: 10, at: 3600, rounds: [{}, {}] });
    const told = await runCli(['disasm', at('again/rewrite-2.xbs')]);
    expect(told.out.match(/^ *program /gm)!.length).toBeGreaterThan(0);
    expect(told.out).toContain(chip.rewritten!.rounds[0]!.bitstream);
    const { out: json } = await runCli([...args, '--force', '--json']);
    expect(JSON.parse(json)).toMatchObject({ rewritten: { wait: 10, at: 10 } });
    await rm(at('again'), { recursive: true });
  });

  test('is refused where cells cannot be read back, and its times without it', async () => {
    const unread = await failing('leti.xbar', '--rewrite', '2');
    expect(problemOf(unread)).toBe('25 options/invalid');
    expect(unread.err).toMatch(/--rewrite 2: cells of leti-fecap-130nm cannot be read back/);
    const alone = await failing('net.xbar', '--rewrite-for', '1h');
    expect(problemOf(alone)).toBe('25 options/invalid');
    const never = await failing('net.xbar', '--rewrite', '2', '--rewrite-wait', '0s');
    expect(never.err).toMatch(/--rewrite-wait: between two rounds some time must go by/);
    expect(problemOf(await failing('net.xbar', '--rewrite', '1.5'))).toBe('2 usage/invalid-value');
  });
});

async function failing(name: string, ...flags: readonly string[]) {
  const before = (await readdir(folder)).sort();
  const outcome = await runCli(['program', at(name), '-o', at('bad'), ...flags]);
  expect((await readdir(folder)).sort()).toEqual(before);
  expect(outcome.out).toBe('');
  return outcome;
}

describe('failures leave nothing behind', () => {
  test('no package', async () => {
    expect(problemOf(await failing('nosuch.xbar'))).toBe('2 package/unreadable');
  });

  test('a file that was changed', async () => {
    await compileNet('changed.xbar');
    const file = at('changed.xbar/program.xbs');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
    expect(problemOf(await failing('changed.xbar'))).toBe('30 package/hash-mismatch');

    // With a hash that fits, the checksum of the array's section still finds it.
    await reseal(at('changed.xbar'));
    expect(problemOf(await failing('changed.xbar'))).toBe('34 bitstream/invalid');
  });

  test('a bitstream for another target', async () => {
    await compileNet('other.xbar');
    const bytes = await readFile(at('leti.xbar/program.xbs'));
    await writeFile(at('other.xbar/program.xbs'), bytes);
    await reseal(at('other.xbar'));
    const { exit, err } = await failing('other.xbar');
    expect(exit).toBe(34);
    expect(err).toContain('error[bitstream/wrong-target]');
  });
});
