/** `crossloom where`, against the weights of the model and the bitstream as it is disassembled. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexOf } from '../../src/math/multi-index.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder, tinyGraph } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const where = (...flags: readonly string[]) => runCli(['where', at('net.xbar'), ...flags]);
const answer = async (...flags: readonly string[]) => JSON.parse((await where(...flags, '--json')).out);

beforeAll(async () => {
  folder = await tinyFolder();
  for (const [target, name] of [
    ['tetramem-256-6bit', 'net.xbar'],
    ['leti-fecap-130nm', 'leti.xbar'],
  ] as const)
    await runCli([
      ...['compile', at('net.onnx'), '--calibrate', at('data.npy'), '--target', target],
      ...['--copies', '2', '-o', at(name)],
    ]);
  await runCli(['program', at('net.xbar'), '-o', at('chip')]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('of a weight', () => {
  test.each([
    ['stem', 'kernel'],
    ['classifier', 'matrix'],
  ])('of %s it has the integer, cells and instructions', async (layer, tensor) => {
    const weights = tinyGraph().constants.get(tensor)!;
    const values = weights.data as Float32Array;
    const { dims } = await answer('--layer', layer);
    expect(dims).toEqual(weights.dims);
    const text = (await runCli(['disasm', at('net.xbar')])).out.split('\n');
    for (const number of [0, 7, values.length - 1]) {
      const index = indexOf(weights.dims, number);
      const { weight, cells } = await answer('--layer', layer, '--weight', index.join(','));
      // Within half an integer of what the model has; error feedback may have moved it by some more.
      const step = Math.abs(weight.value / weight.integer);
      expect(Math.abs(weight.value - values[number]!)).toBeLessThan(3 * step);
      expect(cells.length % 4).toBe(0);
      for (const { array, instructions, row, column, level, sign, digit } of cells) {
        const program = text.slice(text.indexOf(`.array ${array}`) + 1);
        for (const { number, op } of instructions) expect(program[number]!.trim().split(' ')[0]).toBe(op);
        const { number } = instructions.find(({ op }: { op: string }) => op === 'program');
        const [, first, codes] = /column=(\d+) .*codes=(.*)$/.exec(program[number]!)!;
        expect(program[number]).toContain(` row=${row} `);
        expect(Number(codes!.split(',')[column - Number(first)])).toBe(level);
        // The cell of the pair that holds nothing of the digit has the lower level.
        if (sign * digit < 0) expect(level).toBeLessThan(5);
        const [there] = [await answer('--array', `${array}`, '--row', `${row}`, '--column', `${column}`)];
        expect(there).toMatchObject({ layer, weight: { index, integer: weight.integer } });
      }
    }
  });

  test('on a chip has conductances, and on hidden planes integers of pairs', async () => {
    const { cells } = await answer('--layer', 'stem', '--weight', '1,0,2,2', '--chip', at('chip'));
    for (const { conductance } of cells) expect(conductance).toBeGreaterThan(1e-7);
    const { out } = await runCli(['where', at('leti.xbar'), '--layer', 'stem', '--weight', '1,0,2,2']);
    expect(out).toContain('write-hidden');
    expect(out).toMatch(/digit +pair +instructions/);
  });
});

test('blocks of a layer are those on its arrays', async () => {
  const { blocks } = await answer('--layer', 'classifier');
  const arrays = [...new Set<number>(blocks.map(({ array }: { array: number }) => array))];
  const there = await Promise.all(arrays.map((array) => answer('--array', `${array}`)));
  const own = there.flatMap(({ blocks }) => blocks).filter(({ layer }) => layer === 'classifier');
  expect(own).toEqual(blocks);
  const covered = blocks.reduce(
    (sum: number, { inputs, outputs }: { inputs: Extent; outputs: Extent }) =>
      sum + (inputs.end - inputs.start) * (outputs.end - outputs.start),
    0,
  );
  expect(covered % (64 * 12)).toBe(0);
});
interface Extent {
  readonly start: number;
  readonly end: number;
}

describe('a wrong question', () => {
  test.each([
    [['--layer', 'stems'], '25 options/invalid', "Did you mean 'stem'?"],
    [['--layer', 'activation'], '25 options/invalid', 'it stays digital'],
    [['--layer', 'stem', '--weight', '4,0,0,3'], '25 options/invalid', 'number 4 is 3'],
    [['--layer', 'stem', '--weight', '1,2'], '25 options/invalid', '4 numbers'],
    [['--layer', 'stem', '--array', '0'], '25 options/invalid', 'two questions'],
    [['--array', '0', '--row', '1'], '25 options/invalid', 'a row and a column'],
    [['--array', '99', '--row', '900', '--column', '0'], '25 options/invalid', '--row 900'],
    [['--weight', '1'], '25 options/invalid', 'or --array'],
    [['--layer', 'stem', '--weight', 'x'], '2 usage/invalid-value', '3,0,1,1'],
    [['--array', '0', '--chip', 'none'], '2 chip/unreadable', 'none'],
  ])('%j', async (flags, problem, said) => {
    const outcome = await where(...flags);
    expect(problemOf(outcome)).toBe(problem);
    expect(outcome.err).toContain(said);
  });

  test('of a chip of another package', async () => {
    const outcome = await runCli(['where', at('leti.xbar'), '--array', '0', '--chip', at('chip')]);
    expect(problemOf(outcome)).toBe('37 chip/wrong-package');
  });
});
