import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes, readText } from '../../src/files/read-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-read-'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await writeFile(join(folder, 'text'), 'grün');
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file of text', () => {
  it.each([
    ['text', { text: 'grün' }],
    ['', { reason: 'it is a folder', wrongPath: true }],
    ['nosuch', { reason: 'there is no such file', wrongPath: true, near: [] }],
    ['text/under', { reason: 'there is no such file', wrongPath: true, near: [] }],
    ['a\0b', { reason: 'no file has a name like this', wrongPath: true }],
    ['x'.repeat(300), { reason: 'the name is too long', wrongPath: true }],
  ])('%j', async (name, expected) => {
    expect(await readText(join(folder, name), 100)).toEqual(expected);
  });

  it('is read up to a limit, also from a device without an end', async () => {
    const reason = 'it has more than 1 MiB';
    expect(await readText('/dev/zero', 2 ** 20)).toEqual({ reason });
    await writeFile(join(folder, 'long'), Buffer.alloc(2 ** 20 + 1));
    expect(await readText(join(folder, 'long'), 2 ** 20)).toEqual({ reason });
  });

  it('through a pipe: what is written to it, and nothing where nobody writes', async () => {
    const pipe = join(folder, 'pipe');
    expect(await readText(pipe, 100)).toEqual({ text: '' });
    const written = appendFile(pipe, 'late');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await readText(pipe, 100)).toEqual({ text: 'late' });
    await written;
  });
});

describe('a file of bytes', () => {
  it('is a plain one', async () => {
    expect(await readBytes(join(folder, 'text'))).toEqual({ bytes: Buffer.from('grün') });
    expect(await readBytes('/dev/zero')).toEqual({ reason: 'it is no plain file' });
    expect(await readBytes(join(folder, 'pipe'))).toEqual({ reason: 'it is no plain file' });
    expect(await readBytes(folder)).toEqual({ reason: 'it is a folder', wrongPath: true });
  });
});
