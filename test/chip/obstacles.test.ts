import { expect, test } from 'vitest';
import { executeBitstream } from '../../src/chip/execute.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { ArrayProgram, Instruction } from '../../src/ir/schedule.ts';
import type { Target } from '../../src/target/target.ts';
import {
  exactTarget,
  formAll,
  fullMask,
  headerOf,
  loaded,
  options,
  transferTarget,
  writeVerifyTarget,
} from './bench.ts';

async function problemsOf(target: Target, programs: readonly ArrayProgram[], arrays = 1): Promise<string[]> {
  try {
    await executeBitstream(headerOf(target, arrays), programs, loaded(target), options);
  } catch (error) {
    if (error instanceof DiagnosticError)
      return error.diagnostics.map((d) => `${d.code} ${d.exit} ${d.at}: ${d.message}`);
    throw error;
  }
  return [];
}

const program: Instruction = { op: 'program', row: 0, column: 3, tolerance: 1, codes: Uint16Array.of(1) };
const transfer: Instruction = { op: 'transfer', pair: 0, firstRow: 0, endRow: 2 };
const write: Instruction = { op: 'write-hidden', row: 1, pair: 0, values: Int16Array.of(5) };
const wakeUp = (row: number): Instruction => ({ op: 'wake-up', row, cycles: 1000 });

test.each<[string, Target, readonly Instruction[], string]>([
  ['programs an unformed cell', writeVerifyTarget, [program], 'column 3) was never formed'],
  ['programs an unformed exact cell', exactTarget, [program], 'column 3) was never formed'],
  [
    'resets an unformed cell',
    writeVerifyTarget,
    [{ op: 'reset', row: 5, mask: fullMask(256) }],
    '(row 5, column 0) was never formed',
  ],
  [
    'verifies an unformed cell',
    writeVerifyTarget,
    [{ op: 'verify', row: 5, column: 2, count: 3, tolerance: 1 }],
    '(row 5, column 2) was never formed',
  ],
  ['programs a transfer chip', transferTarget, [...formAll(transferTarget), program], 'by transfer only'],
  ['transfers on a chip without planes', writeVerifyTarget, [transfer], 'needs hidden planes'],
  ['writes hidden weights without planes', exactTarget, [write], 'needs hidden planes'],
  ['wakes up without planes', exactTarget, [wakeUp(0)], 'needs hidden planes'],
  ['writes before the wake-up', transferTarget, [write], 'line 1 has had 0 of 1000 wake-up cycles'],
  [
    'transfers to unformed cells',
    transferTarget,
    [wakeUp(0), wakeUp(1), transfer],
    '(row 0, column 0) was never formed',
  ],
  [
    'names a row beyond the array',
    writeVerifyTarget,
    [{ op: 'form', row: 256, mask: fullMask(256) }],
    'row 256 is not an integer from 0 to 255',
  ],
])('an array that %s is refused', async (_, target, instructions, reason) => {
  const number = instructions.length - 1;
  const [problem, ...others] = await problemsOf(target, [{ array: 0, instructions }]);
  expect(problem).toContain(
    `chip/cannot-execute 37 program.xbs: array 0, instruction ${number} (${instructions[number]!.op})`,
  );
  expect(problem).toContain(reason);
  expect(others).toEqual([]);
});

test('a program on a chip whose header claims planes that it does not have is refused', async () => {
  const header = { ...headerOf(exactTarget, 1), hiddenBits: 10 };
  const promise = executeBitstream(
    header,
    [{ array: 0, instructions: [wakeUp(0)] }],
    loaded(exactTarget),
    options,
  );
  await expect(promise).rejects.toThrow('the header announces hiddenBits 10, and the target has 0');
});

test('all problems of an array are reported together, up to twenty', async () => {
  expect(await problemsOf(writeVerifyTarget, [{ array: 0, instructions: [program, program] }])).toHaveLength(
    2,
  );
  const many = Array.from({ length: 30 }, () => program);
  expect(await problemsOf(writeVerifyTarget, [{ array: 0, instructions: many }])).toHaveLength(20);
});

test('arrays must be those that the header announces, once each', async () => {
  const empty = (array: number): ArrayProgram => ({ array, instructions: [] });
  expect(await problemsOf(exactTarget, [empty(0), empty(0)], 2)).toEqual([
    expect.stringContaining('array 0: this array has two programs'),
  ]);
  expect(await problemsOf(exactTarget, [empty(1)], 2)).toEqual([
    expect.stringContaining('array 0: this array has no program'),
  ]);
  expect(await problemsOf(exactTarget, [empty(2)], 2)).toEqual([
    expect.stringContaining('the header announces 2 arrays'),
  ]);
  expect(await problemsOf(exactTarget, [empty(0)], 1)).toEqual([]);
});

test('a bitstream for another target is refused', async () => {
  const header = { ...headerOf(exactTarget, 1), fingerprint: '0'.repeat(64) };
  await expect(executeBitstream(header, [], loaded(exactTarget), options)).rejects.toMatchObject({
    diagnostics: [{ code: 'bitstream/wrong-target', exit: 34 }],
  });
});
