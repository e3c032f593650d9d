/** How a queue is reached: URLs, passwords, TLS, and what is said where it is not. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type OwnRedis, redisThere, startRedis } from '../../bench/queue/redis.ts';
import { parseAddress } from '../../src/queue/address.ts';
import { connect } from '../../src/queue/connect.ts';
import { problemOf, runCli } from '../cli/run-cli.ts';
import { type Built, build } from '../support/built.ts';

const secret = 'Geheim42';

describe('the URL of a queue', () => {
  test.each([
    ['redis://host', { host: 'host', port: 6379, db: 0, name: 'redis://host' }],
    ['redis://[::1]:7000/3', { host: '::1', port: 7000, db: 3, name: 'redis://[::1]:7000/3' }],
    [
      `rediss://me:${secret}%40@host:1`,
      {
        ...{ host: 'host', port: 1, db: 0, username: 'me', password: `${secret}@` },
        ...{ tls: { servername: 'host' }, name: 'rediss://host:1' },
      },
    ],
  ])('%s is read', (url, address) => {
    expect(parseAddress(url)).toEqual(address);
  });

  test.each([
    'localhost:6379',
    '',
    `http://:${secret}@host`,
    `redis://:${secret}@`,
    `redis://:${secret}@host/x`,
    `redis://:${secret}@host/99999`,
    `redis://:${secret}@host?ssl=1`,
    `redis://:${secret}/@ho st`,
  ])('%s is none, and no password is told', (url) => {
    expect(() => parseAddress(url)).toThrow(/^error\[queue\/address\]/);
    expect(() => parseAddress(url)).not.toThrow(secret);
  });
});

describe('a command line with a password', () => {
  const url = `redis://:${secret}@127.0.0.1:1`;
  test.each([
    ['where Redis does not answer', ['worker', '--data', 'targets', '--queue', url], '55 queue/unreachable'],
    ['where the data are not there', ['worker', '--data', 'nowhere', '--queue', url], '2 data/unreadable'],
    ['in the wrong place', ['worker', '--data', 'targets', url], '2 usage/invalid'],
    ['of a misspelt flag', ['worker', '--data', 'targets', `--qeue=${url}`], '2 usage/unknown-option'],
    ['of a wrong scheme', ['worker', '--data', 'targets', '--queue', `x${url}`], '55 queue/address'],
    ['as JSON', ['survey', '--json', url], '2 usage/invalid'],
  ])('does not tell it %s', async (_, args, problem) => {
    const outcome = await runCli(args);
    expect(problemOf(outcome).startsWith(problem.slice(0, 2)) && outcome.err.length > 0).toBe(true);
    expect(outcome.err + outcome.out).not.toContain(secret);
    if (!args.includes('--json')) expect(problemOf(outcome)).toContain(problem.slice(3));
  });

  test('may have it in a variable', async () => {
    const outcome = await runCli(['worker', '--data', 'targets', '--queue'], {
      env: { CROSSLOOM_QUEUE: url },
    });
    expect(problemOf(outcome)).toBe('55 queue/unreachable');
    expect(outcome.err).toContain('at redis://127.0.0.1:1:');
    expect(problemOf(await runCli(['worker', '--data', 'targets']))).toBe('2 usage/missing');
  });
});

describe.runIf(redisThere())('Redis', () => {
  test('is asked with a password, and a wrong one is told without it', async () => {
    const redis = await startRedis(['--requirepass', secret]);
    try {
      const at = `127.0.0.1:${redis.port}`;
      (await connect(`redis://:${secret}@${at}`)).close();
      for (const wrong of [`redis://:${secret}x@${at}`, `redis://${at}`]) {
        await expect(connect(wrong)).rejects.toThrow(/^error\[queue\/unreachable\].*(WRONGPASS|NOAUTH)/);
        await expect(connect(wrong)).rejects.not.toThrow(secret);
      }
    } finally {
      await redis.remove();
    }
  });

  test('that was never there is told at once', async () => {
    await expect(connect(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow('ECONNREFUSED');
  });
});

describe.runIf(redisThere())('through TLS', () => {
  let folder = '';
  let redis: OwnRedis | undefined;
  let built: Built;
  let port = 0;
  beforeAll(async () => {
    built = await build();
    folder = await mkdtemp(join(tmpdir(), 'crossloom-tls-'));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = [
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    execFileSync('openssl', ['req', ...made, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'pipe',
    });
    port = await freePort();
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    redis = await startRedis(['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no']);
  });
  afterAll(async () => {
    await redis?.remove();
    await built?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const script = (url: string) => `
import { connect } from './dist/src/queue/connect.js';
const said = await connect('${url}').then((queueing) => { queueing.close(); return 'connected'; }, (error) => error.message);
console.log(said.split('\\n')[0]);`;
  const say = (url: string, env: object) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script(url)], {
      ...{ cwd: built.folder, encoding: 'utf8', env: { ...process.env, ...env } },
    });

  test('it is reached where its certificate is trusted, and not where it is not', () => {
    const trusted = { NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem') };
    expect(say(`rediss://localhost:${port}`, trusted)).toBe('connected\n');
    expect(say(`rediss://localhost:${port}`, {})).toMatch(/queue\/unreachable.*self-signed certificate/);
  });

  test('the packages that this takes are named where they are not installed', async () => {
    const bare = join(folder, 'bare');
    await mkdir(join(bare, 'node_modules'), { recursive: true });
    await cp(join(built.folder, 'dist'), join(bare, 'dist'), { recursive: true });
    await writeFile(join(bare, 'package.json'), '{"type":"module","version":"0"}');
    await symlink(join(process.cwd(), 'node_modules/zod'), join(bare, 'node_modules/zod'));
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script('redis://localhost')], {
      ...{ cwd: bare, encoding: 'utf8' },
    });
    expect(said).toMatch(/^error\[queue\/not-installed\] at --queue: the packages that talk to Redis/);
  });
});
