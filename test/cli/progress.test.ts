import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progress } from '../../src/cli/progress.ts';
import { collectingIo } from './run-cli.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Phase {
  readonly steps: number;
  /** Of a step, by its number (ms). */
  readonly ms: (step: number) => number;
  readonly isTty?: boolean;
  readonly note?: string;
}

/** Runs a phase by a clock that is set, and gives all that it wrote. */
function phase({ steps, ms, isTty = false, note }: Phase): string {
  const { io, err } = collectingIo({ isTty, now: () => Date.now() });
  const { update, end } = progress(io, 'program', steps);
  update(0, note);
  for (let done = 1; done <= steps; done++) {
    vi.advanceTimersByTime(ms(done));
    update(done, note);
  }
  end();
  return err();
}

const drawn = (text: string) => text.split('\r\u001b[K').slice(1);
/** Seconds that lines say are left, undefined where they say nothing. */
const leftIn = (lines: readonly string[]) =>
  lines.map((line) => {
    const [, left] = / about (-?[\d.]+) s left/.exec(line) ?? [];
    return left === undefined ? undefined : Number(left);
  });

describe('a phase', () => {
  test.each([true, false])('shorter than a second says nothing (terminal: %s)', (isTty) => {
    expect(phase({ steps: 9, ms: () => 100, isTty })).toBe('');
  });

  test('is a live line on a terminal, ten times a second, and cleared at its end', () => {
    const lines = drawn(phase({ steps: 200, ms: () => 10, isTty: true }));
    expect(lines).toHaveLength(12);
    expect(lines).toContain('program: 110/200, 1.1 s');
    expect(lines.at(-1)).toBe('');
  });

  test('says on a terminal what is left, by the second, while a step takes long', () => {
    const lines = drawn(phase({ steps: 4, ms: () => 10_000, isTty: true }));
    expect(lines).toContain('program: 0/4, 9.0 s');
    expect(lines).toContain('program: 1/4, 12 s, about 28 s left');
    expect(lines).toContain('program: 1/4, 16 s, about 24 s left');
    expect(lines).toContain('program: 3/4, 38 s, about 2 s left');
    expect(lines).not.toContain(' 0 s left');
  });

  test('that ends within ten seconds is one line elsewhere', () => {
    expect(phase({ steps: 200, ms: () => 10 })).toBe('program: 200/200, 2.0 s\n');
    expect(phase({ steps: 1, ms: () => 4000 })).toBe('program: 4.0 s\n');
  });

  test('shows life elsewhere each ten seconds, after a minute each minute', () => {
    const lines = phase({ steps: 30, ms: () => 5100, note: '3 right' }).split('\n');
    expect(lines).toEqual([
      'program: 1/30, 10 s, about 2 min left; 3 right',
      'program: 3/30, 20 s, about 2 min left; 3 right',
      'program: 5/30, 30 s, about 2 min left; 3 right',
      'program: 7/30, 40 s, about 2 min left; 3 right',
      'program: 9/30, 50 s, about 2 min left; 3 right',
      'program: 11/30, 60 s, about 93 s left; 3 right',
      'program: 23/30, 120 s, about 33 s left; 3 right',
      'program: 30/30, 153 s; 3 right',
      '',
    ]);
  });

  test('of one step that cannot be divided shows life too, and nothing that cannot be told', () => {
    expect(phase({ steps: 1, ms: () => 25_000 })).toBe('program: 10 s\nprogram: 20 s\nprogram: 25 s\n');
  });
});

describe('the time left', () => {
  test('is right within a tenth at an even pace, falls, and is never negative', () => {
    const left = leftIn(drawn(phase({ steps: 90, ms: () => 1000, isTty: true })));
    const told = left.filter((s) => s !== undefined);
    expect(left.findIndex((s) => s !== undefined)).toBeLessThan(15);
    for (const [i, s] of told.entries()) {
      expect(s).toBeGreaterThan(0);
      if (i > 0) expect(s).toBeLessThanOrEqual(told[i - 1]!);
    }
    expect(told[0]).toBe(88);
  });

  test('stays within a tenth of the truth, or two seconds, where steps take half of the mean or twice of it', () => {
    const pattern = [500, 2000, 500, 1000];
    const lines = drawn(phase({ steps: 80, ms: (step) => pattern[step % 4]!, isTty: true }));
    const later = lines.flatMap((line) => {
      const [, time, left] = /, (\d+) s, about (\d+) s left/.exec(line) ?? [];
      return Number(time) >= 20 ? [{ truth: 80 - Number(time), told: Number(left) }] : [];
    });
    expect(later.length).toBeGreaterThan(200);
    for (const { truth, told } of later)
      expect(Math.abs(told - truth)).toBeLessThanOrEqual(Math.max(2, truth / 10));
  });

  test('waits at the end of a step that takes longer than the others', () => {
    const slowLast = (step: number) => (step === 4 ? 60_000 : 5000);
    const told = leftIn(drawn(phase({ steps: 4, ms: slowLast, isTty: true })));
    expect(told.at(-2)).toBe(1);
    expect(Math.min(...told.filter((s) => s !== undefined))).toBe(1);
  });

  test('of a phase that goes on from a later step follows from its own pace', () => {
    const { io, err } = collectingIo({ isTty: true, now: () => Date.now() });
    const { update, end } = progress(io, 'epoch 1 of 1', 1000);
    for (let done = 900; done <= 990; done += 10) {
      update(done);
      vi.advanceTimersByTime(1000);
    }
    end();
    expect(err()).toContain('epoch 1 of 1: 920/1000, 2.3 s, about 8 s left');
  });
});
