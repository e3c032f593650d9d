import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageUnreadable } from '../../src/diagnostics/all.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { restore } from '../../src/files/beside.ts';
import { sha256 } from '../../src/files/hash.ts';
import { writeInPlace } from '../../src/files/write-file.ts';
import { type FolderKind, writeFolder } from '../../src/files/write-folder.ts';
import { openStream } from '../../src/math/random.ts';
import { type Built, build } from '../support/built.ts';

const kind: FolderKind = { marker: 'marker', otherwise: packageUnreadable };
const host = sha256(hostname()).slice(0, 8);
/** The number of a process that has ended. */
const dead = spawnSync(process.execPath, ['--version']).pid;

let folder = '';
let place = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-write-'));
  place = join(folder, 'net.xbar');
  return () => rm(folder, { recursive: true });
});

const fill =
  (text: string) =>
  async (into: string): Promise<void> => {
    for (const name of ['marker', 'a', 'b', 'c']) await writeFile(join(into, name), text);
  };
async function folderWith(name: string, text: string): Promise<void> {
  await mkdir(join(folder, name));
  await fill(text)(join(folder, name));
}
const textIn = (name: string) => readFile(join(folder, name, 'marker'), 'utf8');
const leftBy = (role: 'new' | 'old', pid: number, on = host) => `.net.xbar.${role}-${on}-${pid}-0`;

async function codesOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe('what a run that was killed leaves', () => {
  it('while it wrote, is removed by the next', async () => {
    await folderWith('net.xbar', 'before');
    await folderWith(leftBy('new', dead), 'half');
    await writeFolder(place, kind, true, fill('after'));
    expect(await readdir(folder)).toEqual(['net.xbar']);
    expect(await textIn('net.xbar')).toBe('after');
  });

  it('between the two steps of replacing, is put back for the next that reads', async () => {
    await folderWith(leftBy('old', dead), 'before');
    await folderWith(leftBy('new', dead), 'whole or not');
    await restore(place);
    expect(await textIn('net.xbar')).toBe('before');
  });

  it('and for the next that writes, which does not replace it without force', async () => {
    await folderWith(leftBy('old', dead), 'before');
    await folderWith(leftBy('new', dead), 'whole or not');
    expect(await codesOf(writeFolder(place, kind, false, fill('after')))).toEqual(['package/exists']);
    expect(await readdir(folder)).toEqual(['net.xbar']);
    expect(await textIn('net.xbar')).toBe('before');
  });

  it('after both steps, is removed', async () => {
    await folderWith(leftBy('old', dead), 'before');
    await folderWith('net.xbar', 'after');
    expect(await codesOf(writeFolder(place, kind, false, fill('again')))).toEqual(['package/exists']);
    expect(await readdir(folder)).toEqual(['net.xbar']);
    expect(await textIn('net.xbar')).toBe('after');
  });

  it('of a run that goes on, or of another machine, stays as it is', async () => {
    const others = [leftBy('new', process.ppid), leftBy('old', dead, '00000000'), '.net.xbar.old-mine'];
    for (const name of others) await folderWith(name, 'theirs');
    await writeFolder(place, kind, false, fill('mine'));
    expect((await readdir(folder)).sort()).toEqual([...others, 'net.xbar'].sort());
  });

  it('of a file, goes too', async () => {
    await writeFile(join(folder, leftBy('new', dead)), 'half');
    await writeInPlace(place, Buffer.from('whole'), false);
    expect(await readdir(folder)).toEqual(['net.xbar']);
  });
});

describe('two writers', () => {
  /** Both have seen that nothing is there before either moves. */
  function together() {
    let waiting = 0;
    let go = () => {};
    const both = new Promise<void>((resolve) => {
      go = resolve;
    });
    return async (into: string) => {
      await fill('one of them')(into);
      if (++waiting === 2) go();
      await both;
    };
  }

  it('without force: one is first, the other is told', async () => {
    const write = together();
    const outcomes = await Promise.all([0, 1].map(() => codesOf(writeFolder(place, kind, false, write))));
    expect(outcomes.sort()).toEqual([[], ['package/exists']]);
    expect(await readdir(folder)).toEqual(['net.xbar']);
  });

  it('with force: the last stays', async () => {
    await folderWith('net.xbar', 'before');
    const write = together();
    expect(await Promise.all([0, 1].map(() => codesOf(writeFolder(place, kind, true, write))))).toEqual([
      [],
      [],
    ]);
    expect(await readdir(folder)).toEqual(['net.xbar']);
    expect(await textIn('net.xbar')).toBe('one of them');
  });

  it('of a file', async () => {
    const outcomes = await Promise.all(
      ['1', '2', '3'].map((text) => codesOf(writeInPlace(place, Buffer.from(text), false))),
    );
    expect(outcomes.sort()).toEqual([[], ['package/exists'], ['package/exists']]);
    expect(await readdir(folder)).toEqual(['net.xbar']);
    await writeInPlace(place, Buffer.from('4'), true);
    expect(await readFile(place, 'utf8')).toBe('4');
  });
});

describe('a run that is killed at any moment', () => {
  let built: Built;
  beforeAll(async () => {
    built = await build();
  });
  afterAll(() => built.remove());

  it('leaves the folder of before or after, whole', async () => {
    const script = join(built.folder, 'replace.mjs');
    await writeFile(
      script,
      `import { writeFile } from 'node:fs/promises';
      import { join } from 'node:path';
      import { writeFolder } from './dist/src/files/write-folder.js';
      const kind = { marker: 'marker', otherwise: String };
      for (let n = 0; ; n++) {
        await writeFolder(process.argv[2], kind, true, async (into) => {
          for (const name of ['marker', 'a', 'b', 'c']) await writeFile(join(into, name), process.pid + ' ' + n);
        });
        if (n === 0) process.stdout.write('going');
      }`,
    );
    const stream = openStream(1, 'kills', 0);
    for (let kill = 0; kill < 25; kill++) {
      const run = spawn(process.execPath, [script, place], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(run.stdout, 'data');
      await sleep(40 * stream.uniform());
      run.kill('SIGKILL');
      await once(run, 'exit');
      await restore(place);
      const texts = await Promise.all(
        ['marker', 'a', 'b', 'c'].map((name) => readFile(join(place, name), 'utf8')),
      );
      expect(new Set(texts).size).toBe(1);
    }
    await writeFolder(place, kind, true, fill('at last'));
    expect(await readdir(folder)).toEqual(['net.xbar']);
  });
});
