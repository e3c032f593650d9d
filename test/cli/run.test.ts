import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeModel } from '../../src/onnx/encode.ts';
import { runOnnx } from '../support/run-onnx.ts';
import { problemOf, runCli } from './run-cli.ts';
import { classes, tinyFolder, tinyGraph, tinyImages } from './tiny-net.ts';

let folder = '';
let at = (name: string) => name;

async function compileNet(model: string, name: string, target: string): Promise<void> {
  const args = ['compile', at(`${model}.onnx`), '--calibrate', at('data.npy'), '--target', target];
  expect(await runCli([...args, '-o', at(name)])).toMatchObject({ exit: 0, err: '' });
}

beforeAll(async () => {
  folder = await tinyFolder();
  at = (name) => join(folder, name);
  await compileNet('net', 'net.xbar', 'tetramem-256-6bit');
  await compileNet('net', 'ideal.xbar', 'ideal');
  await compileNet('softmax', 'softmax.xbar', 'ideal');
});
afterAll(() => rm(folder, { recursive: true }));

interface Output {
  readonly seed: number;
  readonly results: readonly {
    readonly probabilities: boolean;
    readonly top: readonly { readonly class: number; readonly name: string; readonly score: number }[];
  }[];
}

async function runJson(name: string, ...flags: readonly string[]): Promise<Output> {
  const { exit, out, err } = await runCli(['run', at(name), '--json', ...flags]);
  expect({ exit, err }).toEqual({ exit: 0, err: '' });
  return JSON.parse(out) as Output;
}

/** Scores of the floating-point model for the image of one.png. */
async function floatScores(): Promise<number[]> {
  const values = Float32Array.from(tinyImages(1, 1), (byte) => (byte - 128) / 64);
  const outputs = await runOnnx(encodeModel(tinyGraph()), {
    image: new Tensor('float32', values, [1, 1, 6, 6]),
  });
  return outputs.logits!;
}

describe('crossloom run', () => {
  test('an ideal chip gives nearly the scores of the floating-point model', async () => {
    const float = await floatScores();
    const { results } = await runJson('ideal.xbar', '--input', at('one.png'), '--top', `${classes}`);
    const [result] = results;
    expect(result!.probabilities).toBe(false);
    expect(result!.top).toHaveLength(classes);
    const largest = Math.max(...float.map(Math.abs));
    for (const { class: index, score } of result!.top)
      expect(Math.abs(score - float[index]!)).toBeLessThan(0.03 * largest);
    const scores = result!.top.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(result!.top[0]!.name).toBe(`class-${result!.top[0]!.class}`);
  });

  test('an array and an image of the same pixels give the same', async () => {
    const image = await runJson('net.xbar', '--input', at('one.png'));
    const array = await runJson('net.xbar', '--input', at('one.npy'));
    expect(array.results).toEqual(image.results);
  });

  test('prints names, and probabilities only after a softmax', async () => {
    const scores = await runCli(['run', at('ideal.xbar'), '--input', at('one.png'), '--top', '3']);
    expect(scores.out).toMatch(/^class +name +score$/m);
    expect(scores.out.trimEnd().split('\n')).toHaveLength(2 + 2 + 3);
    const { out } = await runCli(['run', at('softmax.xbar'), '--input', at('one.png')]);
    expect(out).toMatch(/^class +name +probability$/m);
    expect(out).toMatch(/^ *\d+ +class-\d+ +[\d.]+ %$/m);
    const { results } = await runJson('softmax.xbar', '--input', at('one.png'), '--top', `${classes}`);
    expect(results[0]!.top.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
  });

  test('says which of several samples it took', async () => {
    const { out } = await runCli(['run', at('ideal.xbar'), '--input', at('data.npy')]);
    expect(out).toContain('the first of 16 samples');
  });

  test('a saved chip gives what the same seed gives', async () => {
    await runCli(['program', at('net.xbar'), '--seed', '4', '-o', at('chip')]);
    const saved = await runJson('net.xbar', '--input', at('one.png'), '--chip', at('chip'));
    const fresh = await runJson('net.xbar', '--input', at('one.png'), '--seed', '4');
    const other = await runJson('net.xbar', '--input', at('one.png'), '--seed', '5');
    expect(saved.results).toEqual(fresh.results);
    expect(saved.seed).toBe(4);
    expect(other.results).not.toEqual(fresh.results);
    const args = ['run', at('ideal.xbar'), '--input', at('one.png'), '--chip', at('chip')];
    expect(problemOf(await runCli(args))).toBe('37 chip/wrong-package');
    expect((await runCli([...args, '--seed', '1'])).exit).toBe(2);
  });

  test('reads the chip some time after programming', async () => {
    const args = ['run', at('ideal.xbar'), '--input', at('one.png')];
    const later = await runCli([...args, '--at', '1h']);
    expect(later.exit).toBe(0);
    expect(later.err).toContain('warning[read/nothing-changes]');
    expect(later.out).toContain('on a chip programmed with seed 1, 1 h after programming');
    expect(problemOf(await runCli([...args, '--at', '-1h']))).toBe('25 read/before-programming');
    expect((await runCli([...args, '--at', '1h,2h'])).exit).toBe(2);
  });

  test('preprocesses as the package recorded it, unless told otherwise', async () => {
    await writeFile(at('double.yaml'), 'mean: 128\nstd: 32\ncolor: gray\n');
    const recorded = await runJson('ideal.xbar', '--input', at('one.png'));
    const given = await runJson('ideal.xbar', '--input', at('one.png'), '--preprocess', at('double.yaml'));
    expect(given.results).not.toEqual(recorded.results);
  });

  test.each([
    ['broken.png', '40 data/image-unreadable'],
    ['nosuch.png', '2 data/unreadable'],
    ['net.onnx', '40 data/unreadable'],
  ])('%s ends with %s', async (name, problem) => {
    await writeFile(at('broken.png'), 'no image');
    const outcome = await runCli(['run', at('ideal.xbar'), '--input', at(name)]);
    expect(problemOf(outcome)).toBe(problem);
    expect(outcome.out).toBe('');
  });
});
