/**
 * An empty folder of somebody else's -> a project that has the packed Crossloom. npm gets no setting and no switch that a
 * stranger would not have, and reaches no host but the registry.
 */
import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installRoot } from '../../src/files/install-root.ts';

const root = installRoot();

export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Project {
  readonly folder: string;
  /** What `npm install ./crossloom-VERSION.tgz` came to. */
  readonly installation: Outcome;
  /** Runs a command in the project. */
  run(command: string, ...args: readonly string[]): Promise<Outcome>;
  remove(): Promise<void>;
}

const settingOf = (name: string) =>
  execFileSync('npm', ['config', 'get', name], { cwd: tmpdir(), encoding: 'utf8', stdio: 'pipe' }).trim();

/** An environment in which nothing of the caller's npm is left but where packages come from and where they are kept. */
function strangersEnv(): NodeJS.ProcessEnv {
  const own = /^(npm_|onnxruntime_|node_options$|.*_proxy$)/i;
  const registry = settingOf('registry');
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))),
    npm_config_registry: registry,
    npm_config_cache: settingOf('cache'),
    npm_config_userconfig: devNull,
    NODE_OPTIONS: `--require ${join(import.meta.dirname, 'only-registry.cjs')}`,
    CROSSLOOM_REGISTRY: new URL(registry).hostname,
  };
}

/** Why nothing can be installed here; undefined where the registry answers. */
export function whyNoRegistry(): string | undefined {
  try {
    execFileSync('npm', ['view', 'yaml@2.9.1', 'version', '--fetch-retries=0'], {
      cwd: tmpdir(),
      env: strangersEnv(),
      stdio: 'pipe',
      timeout: 60_000,
    });
    return undefined;
  } catch (error) {
    return String((error as { readonly stderr?: unknown }).stderr ?? error).split('\n')[0];
  }
}

/** What packing reads, in a folder of its own: dist/ of the checkout is others'. */
async function copyOfCheckout(folder: string): Promise<void> {
  const parts = ['src', 'passes', 'bench', 'fuzz', 'scripts', 'licences', 'targets', 'fixtures', 'docs'];
  const files = ['package.json', 'tsconfig.json', '.npmrc', '.gitignore'];
  const papers = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'LICENSE'];
  for (const name of [...parts, ...files, ...papers])
    await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Packs the checkout and installs the tarball into an empty folder. */
export async function installPacked(): Promise<Project> {
  const place = await mkdtemp(join(tmpdir(), 'crossloom-packed-'));
  const [checkout, folder] = [join(place, 'checkout'), join(place, 'project')];
  const env = strangersEnv();
  const run = async (cwd: string, command: string, args: readonly string[]): Promise<Outcome> => {
    const ended = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 1 << 26 }).catch(
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
    );
    return { exit: 'code' in ended ? ended.code : 0, out: ended.stdout, err: ended.stderr };
  };
  await mkdir(checkout);
  await mkdir(folder);
  await copyOfCheckout(checkout);
  const packed = await run(checkout, 'npm', ['pack', '--pack-destination', folder]);
  if (packed.exit !== 0) throw new Error(packed.err);
  const tarball = packed.out.trim().split('\n').at(-1)!;
  return {
    folder,
    installation: await run(folder, 'npm', ['install', `./${tarball}`]),
    run: (command, ...args) => run(folder, command, args),
    remove: () => rm(place, { recursive: true, force: true }),
  };
}
