import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatInterruption, interruptible } from '../../src/cli/interrupt.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { type Io, processIo } from '../../src/cli/io.ts';
import { withStages } from '../../src/cli/stages.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import { collectingIo, runCli } from './run-cli.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-interrupt-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** An Io whose Ctrl-C is pressed by `press`; `heard` tells whether anybody would hear it. */
function keyboard() {
  let listener: (() => void) | undefined;
  const { io, err } = collectingIo({
    onInterrupt(given) {
      listener = given;
      return () => {
        listener = undefined;
      };
    },
  });
  return { io, err, press: () => listener?.(), heard: () => listener !== undefined };
}

describe('interruptible', () => {
  test('aborts the signal, and ends with what was kept', async () => {
    const { io, err, press, heard } = keyboard();
    const run = interruptible(
      io,
      async (signal) => {
        expect(signal.aborted).toBe(false);
        press();
        signal.throwIfAborted();
      },
      () => ({ kept: 'finished and kept: 2 of 5 trials', goOn: ['--resume'] }),
    );
    await expect(run).rejects.toMatchObject({
      name: 'AbortError',
      kept: 'finished and kept: 2 of 5 trials',
      goOn: ['--resume'],
    });
    expect(err()).toBe('stopping after what is under way; Ctrl-C once more ends it at once\n');
    expect(heard()).toBe(false);
  });

  test('leaves results and other errors as they are', async () => {
    const { io, press, heard } = keyboard();
    await expect(
      interruptible(io, async () => {
        press();
        return 7;
      }),
    ).resolves.toBe(7);
    const bug = new InternalError('test', 'broken');
    await expect(interruptible(io, () => Promise.reject(bug))).rejects.toBe(bug);
    expect(heard()).toBe(false);
  });
});

test('the process hears Ctrl-C once, while somebody listens: then the system ends it again', () => {
  const before = process.listenerCount('SIGINT');
  let heard = 0;
  const { onInterrupt } = processIo();
  onInterrupt(() => heard++);
  const forget = onInterrupt(() => heard++);
  forget();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  process.emit('SIGINT');
  expect([heard, process.listenerCount('SIGINT')]).toEqual([1, before]);
});

test('stages stop at the next report, and say where', async () => {
  const { io, press } = keyboard();
  let done = 0;
  const run = withStages(io, async ({ report }) => {
    for (done = 1; done <= 9; done++) {
      if (done === 4) press();
      report('programming arrays', done, 9);
    }
  });
  await expect(run).rejects.toMatchObject({ at: 'programming arrays: 4/9' });
  expect(done).toBe(4);
});

test('the command that goes on is one line that a shell takes', () => {
  const stopped = { at: 'epoch 2 of 4: 3/9', kept: "my net's.xbar.checkpoint has it", goOn: ['--resume'] };
  const args = ['train', '--data', 'a b', '-o', "my net's.xbar"];
  const command = `crossloom train --data 'a b' -o 'my net'\\''s.xbar' --resume\n`;
  const said = `interrupted at epoch 2 of 4: 3/9; my net's.xbar.checkpoint has it; this goes on from there:\n`;
  expect(formatInterruption(stopped, { program: 'crossloom' }, args)).toBe(said + command);
  expect(formatInterruption(stopped, { program: 'crossloom' }, [...args, '--resume'])).toBe(said + command);
  expect(formatInterruption(new Interrupted(), { program: 'crossloom' }, ['demo'])).toBe(
    'interrupted; nothing was written\n',
  );
});

/** Pressed as soon as anybody hears it. */
const impatient: Pick<Io, 'onInterrupt'> = {
  onInterrupt(listener) {
    setImmediate(listener);
    return () => undefined;
  },
};

test('a verb ends with 130, and leaves nothing behind', async () => {
  const output = join(folder, 'faults.json');
  const { exit, out, err } = await runCli(['survey', '--arrays', '3', '-o', output], impatient);
  expect({ exit, out }).toEqual({ exit: 130, out: '' });
  expect(err).toMatch(/\ninterrupted at testing arrays: 1\/3; nothing was written\n$/);
  expect(existsSync(output)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});
