/** onnxruntime keeps to itself: no log or session file, no database, and no socket; its telemetry takes nine seconds to open one. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/onnx/encode.ts';
import { type Built, build } from '../support/built.ts';
import { model, node } from '../support/onnx-model.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const graph = model({ inputs: { x: [1] }, outputs: { y: [1] }, nodes: [node('Neg', ['x'], ['y'])] });

/** Opens a session in a worker, then one in the main thread, and waits. */
const script = `
  import { setTimeout as wait } from 'node:timers/promises';
  import { isMainThread, Worker, workerData } from 'node:worker_threads';
  import { openSession } from './dist/src/runtime/session.js';
  const bytes = Buffer.from('${Buffer.from(encodeModel(graph)).toString('base64')}', 'base64');
  if (isMainThread) {
    const worker = new Worker(new URL(import.meta.url));
    await new Promise((resolve) => worker.on('exit', resolve));
  }
  await (await openSession(bytes)).run({ x: { type: 'float32', dims: [1], data: Float32Array.of(1) } });
  if (isMainThread) await wait(Number(process.argv[2]));
`;

describe('telemetry of onnxruntime', () => {
  let built: Built;
  let env: NodeJS.ProcessEnv;
  const places = ['tmp', 'home', 'cache'] as const;

  beforeAll(async () => {
    built = await build();
    const [tmp, home, cache] = places.map((place) => join(built.folder, place));
    for (const folder of [tmp, home, cache]) await mkdir(folder!);
    await writeFile(join(built.folder, 'session.mjs'), script);
    const { ORT_DISABLE_TELEMETRY: _, ...given } = process.env;
    env = { ...given, TMPDIR: tmp, HOME: home, XDG_CACHE_HOME: cache };
  });
  afterAll(() => built?.remove());

  it('leaves no file', async () => {
    await promisify(execFile)(process.execPath, [join(built.folder, 'session.mjs'), '0'], { env });
    for (const place of places) expect(await readdir(join(built.folder, place))).toEqual([]);
  });

  it.skipIf(!hasStrace)('opens no socket (where strace is installed)', async () => {
    const log = join(built.folder, 'sockets.txt');
    const args = ['-f', '-o', log, '-e', 'trace=socket,connect,sendto', process.execPath];
    await promisify(execFile)('strace', [...args, join(built.folder, 'session.mjs'), '12000'], { env });
    const calls = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => /(socket|connect|sendto)\(/.test(line));
    expect(calls).toEqual([]);
  });
});
