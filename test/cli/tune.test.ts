import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/files/npy.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { TuneReport } from '../../src/tune/report.ts';
import { npy } from '../data/files.ts';
import { features, inputs, labelsFor, tinyModel } from '../verify/tiny.ts';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(68);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-tune-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  const values = Float32Array.from(samples.flatMap((s) => [...s]));
  await writeFile(
    at('data.npy'),
    encodeNpy({ type: 'float32', dims: [samples.length, features], data: values }),
  );
  await writeFile(at('labels.npy'), npy('|u1', '(68,)', Uint8Array.from(labelsFor(samples, 68))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
});
afterAll(() => rm(folder, { recursive: true }));

const commandLine = (...flags: readonly string[]) => {
  const data = ['--data', at('data.npy'), '--samples', '8', '--trials', '1'];
  return ['tune', at('model.onnx'), ...data, '--threads', '1', ...flags];
};
const tune = (...flags: readonly string[]) => runCli(commandLine(...flags));
const labelled = (...flags: readonly string[]) => tune('--labels', at('labels.npy'), ...flags);
const small = ['array.rows=16', 'array.columns=20', 'driver.rowsAtOnce=16'].flatMap((f) => ['--set', f]);

describe('crossloom tune', () => {
  test('prints what it tried and why it chose, and writes options that compile', async () => {
    const { exit, out, err } = await labelled('--max-drop', '100', ...small, '-o', at('tuned.yaml'));
    expect(exit).toBe(0);
    // What is measured is said when it is.
    expect(err.split('\n')[0]).toMatch(
      /^mapping: as given: \d arrays, [\d.]+ points lost \(95 % .* to .*\), [\d.]+ dB, 1 chip, [\d.]+ s; 15 min left$/,
    );
    expect(err).toMatch(/^layers alone: 1 chip, [\d.]+ s; 15 min left$/m);
    expect(err).toMatch(/^estimates: \d+ forms of every layer: [\d.]+ s; 15 min left$/m);
    expect(err).toMatch(/^plan: \d+ mappings estimated; measuring one takes about [\d.]+ s; 15 min left$/m);
    expect(out).toMatch(
      /^data +data\.npy: 30 images to tune on, 30 held out; 8 calibration samples left out; one image is 3\.33 points$/m,
    );
    expect(out).toMatch(
      /^dense +2 +100\.0 % .* 100 % +(first|second) .* offset \(.* arrays, expected [\d.]+ dB\)$/m,
    );
    expect(out).toMatch(/^ ?1 +as given .* met +as given$/m);
    expect(out).toMatch(/^ +\d +\d+ +\d.* dB +[\d.-]+ +[\d.]+ .* 2\* +dense: offset$/m);
    expect(out).toMatch(
      /^Mapping \d is the cheapest of those that meet the bound, on other chips too: \d arrays/m,
    );
    expect(out).toMatch(
      /^held out +-?[\d.]+ points lost \(95 % .* to .*\), on other images and other chips$/m,
    );
    expect(out).toMatch(/^\d+ mappings compiled, \d+ chips run, [\d,]+ images simulated, \d+ s$/m);
    expect(await readFile(at('tuned.yaml'), 'utf8')).toMatch(/^# crossloom .*\n# .*held-out/);
    const compiled = await runCli([
      ...['compile', at('model.onnx'), '--options', at('tuned.yaml'), '--calibrate', at('data.npy')],
      ...['-o', at('tuned.xbar'), '--json'],
    ]);
    expect(compiled.exit).toBe(0);
    expect(JSON.parse(compiled.out).options.layers).toEqual([
      { match: 'first', encoding: 'offset' },
      { match: 'second', encoding: 'offset' },
    ]);
    expect(problemOf(await labelled('-o', at('tuned.yaml')))).toBe('30 package/exists');
  });

  test('ends with 50 where no mapping meets the bound, names the error, and writes the best', async () => {
    const flags = ['--max-drop', '0', '--max-digital', '0', '--set', 'adc.bits=2', '-o', at('best.yaml')];
    const { exit, out, err } = await labelled(...flags);
    expect(exit).toBe(50);
    expect(out).toMatch(/^Where mapping (\d) loses it, .*: most by converter quantization and saturation$/m);
    expect(out).toMatch(
      /^No mapping that was tried meets the bound\. Mapping \d loses least: \d+ arrays?, [\d,]+ conversions\.$/m,
    );
    expect(err).toMatch(/^error\[tune\/no-mapping\] at --max-drop 0: .*the best loses [\d.]+ points/m);
    expect(err).toContain('It loses most by converter quantization and saturation.');
    expect(await readFile(at('best.yaml'), 'utf8')).toMatch(/^# crossloom .*\n# THE BOUND IS NOT MET: /);
    const compiled = await runCli([
      ...['compile', at('model.onnx'), '--options', at('best.yaml'), '--calibrate', at('data.npy')],
      ...['-o', at('best.xbar')],
    ]);
    expect(compiled.exit).toBe(0);
  });

  test('without any time left takes the mapping as given, and says that nothing was asked about errors', async () => {
    const flags = ['--max-drop', '0', '--set', 'adc.bits=2', '--budget', '0'];
    const { exit, out, err } = await labelled(...flags);
    expect(exit).toBe(50);
    expect(out).toContain('Time was over before all was measured');
    expect(out).toMatch(/^Arrays against loss: /m);
    expect(err).toContain('Time was over before it was asked which error costs most: --budget gives more.');
  });

  test('goes on from where Ctrl-C ended it, and finds what it would have found', async () => {
    const flags = ['--labels', at('labels.npy'), '--max-drop', '100', ...small];
    const kept = (name: string) => ({ env: { CROSSLOOM_RESULTS: at(name) } });
    const nothing = await runCli(commandLine(...flags, '--resume'), kept('some'));
    expect(problemOf(nothing)).toBe('25 options/invalid');

    const whole = JSON.parse(
      (await runCli(commandLine(...flags, '--json'), kept('others'))).out,
    ) as TuneReport;
    let press = () => {};
    const err: string[] = [];
    const interrupted = await runCli(commandLine(...flags, '-o', at('soFar.yaml')), {
      ...kept('some'),
      onInterrupt(listener) {
        press = listener;
        return () => {};
      },
      stderr(text) {
        err.push(text);
        if (text.startsWith('layers alone: 1 chip')) press();
      },
    });
    expect(interrupted.exit).toBe(130);
    expect(err.join('')).toMatch(/interrupted at estimates: .* has the best mapping so far; .*:\n/);
    expect(err.join('')).toContain(' --resume');
    expect(await readFile(at('soFar.yaml'), 'utf8')).toContain('INTERRUPTED: the best so far');

    const goOn = [...flags, '-o', at('soFar.yaml'), '--resume'];
    const resumed = await runCli(commandLine(...goOn), kept('some'));
    expect(resumed.exit).toBe(0);
    expect(resumed.err).not.toContain('mapping: as given, chip');
    const again = await runCli(commandLine(...goOn, '--json'), kept('some'));
    const report = JSON.parse(again.out) as TuneReport;
    expect({ ...report, duration: 0 }).toEqual({ ...whole, duration: 0 });
    expect(await readFile(at('soFar.yaml'), 'utf8')).not.toContain('INTERRUPTED');
  });

  test('gives the same report as JSON', async () => {
    const { exit, out } = await labelled('--max-drop', '100', '--json');
    expect(exit).toBe(0);
    const report = JSON.parse(out) as TuneReport;
    expect(report).toMatchObject({
      maxDrop: 100,
      maxDigital: 10,
      trials: 1,
      data: { tuning: 30, heldOut: 30 },
    });
    expect(report.tried[report.chosen! - 1]!.met).toBe(true);
    expect(report.sensitivity.layers.map(({ names }) => names)).toEqual([['first'], ['second']]);
  });

  test('bad input: the code of each, and the exit code of its kind', async () => {
    expect(problemOf(await tune('--max-drop', '1'))).toBe('40 data/no-labels');
    expect((await labelled('--max-drop', 'little')).exit).toBe(2);
    expect((await labelled('--trials', '0')).exit).toBe(2);
    expect(problemOf(await labelled('--target', 'none'))).toBe('20 target/not-found');
    const few = await labelled('--images', '3');
    expect(few).toMatchObject({ exit: 25 });
    expect(few.err).toContain('images are left; half of them are held out');
    expect((await runCli(['tune', at('model.onnx')])).exit).toBe(2);
  });
});
