import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openQuestions } from '../../src/cli/ask.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';

test('questions are answered line by line, those that were pasted at once too, until the input ends', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const questions = openQuestions(input, output);
  const first = questions.ask('rows: ');
  input.write('128\n64\n');
  expect(await first).toBe('128');
  expect(await questions.ask('columns: ')).toBe('64');
  const last = questions.ask('levels: ');
  input.end();
  await expect(last).rejects.toBeInstanceOf(Interrupted);
  await expect(questions.ask('bits: ')).rejects.toBeInstanceOf(Interrupted);
  expect(String(output.read())).toContain('rows: ');
  questions.close();
});
