/** `crossloom inspect`, against the disassembled bitstream, the compilation's own table and a programmed chip. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const json = async (...args: readonly string[]) => JSON.parse((await runCli([...args, '--json'])).out);

/** A code, or a run of one in the text form, `0*9`. */
function run(text: string): number[] {
  const [code, count = '1'] = text.split('*');
  return Array<number>(Number(count)).fill(Number(code));
}

beforeAll(async () => {
  folder = await tinyFolder();
  await runCli(['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar')]);
  await runCli(['program', at('net.xbar'), '-o', at('chip')]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('of a package', () => {
  test('counts what its bitstream says', async () => {
    const { arrays, layers } = await json('inspect', at('net.xbar'));
    const text = (await runCli(['disasm', at('net.xbar')])).out;
    const count = (op: string) => text.split('\n').filter((line) => line.startsWith(`  ${op} `)).length;
    const [array] = arrays;
    for (const op of ['converter', 'form', 'reset', 'program', 'verify'])
      expect(array.instructions[op]).toBe(count(op));
    const codes = [...text.matchAll(/codes=(\S+)/g)].flatMap(([, list]) => list!.split(',').flatMap(run));
    expect(array.cellsProgrammed).toBe(codes.length);
    for (const code of new Set(codes))
      expect(array.levels[code]).toBe(codes.filter((other) => other === code).length);
    expect(new Set(array.layers)).toEqual(new Set(layers.map(({ name }: { name: string }) => name)));
  });

  test('expects of programming what a chip of the same seed took, where all arrays are looked at', async () => {
    const { programming } = await json('inspect', at('net.xbar'));
    const { total } = await json('inspect', at('chip'));
    expect(programming).toMatchObject({ programmed: 1, arrays: 1, counters: { formed: total.formed } });
    for (const field of ['setPulses', 'resetPulses', 'verifyReads', 'time', 'energy'])
      expect(programming.counters[field]).toBeCloseTo(total[field], 12);
  });

  test('says what one layer or one array is', async () => {
    const layer = await runCli(['inspect', at('net.xbar'), '--layer', 'classifier']);
    expect(layer.out).toContain('classifier: 64x12');
    expect(layer.out).toMatch(/ranges from [\d.]+ m?u?S to/);
    const array = await runCli(['inspect', at('net.xbar'), '--array', '0']);
    expect(array.out).toMatch(/levels +\d+ to \d+, of 64/);
    const whole = await runCli(['inspect', at('net.xbar')]);
    expect(whole.out).toContain('net.onnx on tetramem-256-6bit');
    expect(whole.out).toContain('all arrays programmed once');
  });
});

test('of a chip has the counts that programming gave, and a histogram of all cells', async () => {
  const { chipArrays, total } = await json('inspect', at('chip'), '--array', '0');
  const [{ conductances, counters }] = chipArrays;
  expect(counters).toEqual(total);
  expect(conductances.histogram.reduce((sum: number, n: number) => sum + n, 0)).toBe(65_536);
  const { out } = await runCli(['inspect', at('chip'), '--array', '0']);
  expect(out).toContain('a chip of tetramem-256-6bit, seed 1');
});

test.each([
  ['net.xbar', ['--layer', 'stems'], '25 options/invalid', "'stem'"],
  ['net.xbar', ['--array', '9'], '25 options/invalid', '0 to 0'],
  ['chip', ['--array', '9'], '25 options/invalid', '0 to 0'],
  ['chip', ['--layer', 'stem'], '25 options/invalid', 'no layers'],
  ['nothing', [], '2 package/unreadable', 'no such file'],
])('%s %j is refused', async (place, flags, problem, said) => {
  const outcome = await runCli(['inspect', at(place), ...flags]);
  expect(problemOf(outcome)).toBe(problem);
  expect(outcome.err).toContain(said);
});
