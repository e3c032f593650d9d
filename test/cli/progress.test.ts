import { describe, expect, test } from 'vitest';
import { progress } from '../../src/cli/progress.ts';
import { collectingIo } from './run-cli.ts';

/** Runs a phase of `steps` steps that take `ms` each. */
function phase(isTty: boolean, steps: number, ms: number): string {
  let time = 5000;
  const { io, err } = collectingIo({ isTty, now: () => time });
  const { update, end } = progress(io, 'programming arrays', steps);
  for (let done = 1; done <= steps; done++) {
    time += ms;
    update(done);
  }
  end();
  return err();
}

describe('progress', () => {
  test('says nothing about a phase shorter than a second', () => {
    expect(phase(true, 9, 100)).toBe('');
    expect(phase(false, 9, 100)).toBe('');
  });

  test('draws a live line on a terminal, ten times a second, and clears it', () => {
    const text = phase(true, 200, 10);
    expect(text.split('\r\u001b[K').slice(1)).toEqual([
      ...Array.from(
        { length: 11 },
        (_, i) => `programming arrays: ${100 + 10 * i}/200 ${50 + 5 * i} %, ${(1 + i / 10).toFixed(1)} s`,
      ),
      '',
    ]);
  });

  test('logs one line elsewhere', () => {
    expect(phase(false, 200, 10)).toBe('programming arrays: 200/200, 2.0 s\n');
  });
});
