/** The compiled program in a folder of its own: worker threads load compiled files alone, and dist/ may be older than src/. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installRoot } from '../../src/files/install-root.ts';

const run = promisify(execFile);

export interface Built {
  /** Holds dist/ and what it needs. */
  readonly folder: string;
  /** Runs the command line in a process of its own. */
  cli(
    ...args: readonly string[]
  ): Promise<{ readonly exit: number; readonly out: string; readonly err: string }>;
  /** Runs an ES module that stands in the folder, and gives what it prints. */
  script(text: string): Promise<string>;
  remove(): Promise<void>;
}

export async function build(): Promise<Built> {
  const root = installRoot();
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-built-'));
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['node_modules', 'targets']) await symlink(join(root, name), join(folder, name));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', root, '--noCheck', '--outDir', join(folder, 'dist')]);
  return {
    folder,
    async cli(...args) {
      const ended = await run(process.execPath, [join(folder, 'dist/src/cli.js'), ...args]).catch(
        (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
      );
      return { exit: 'code' in ended ? ended.code : 0, out: ended.stdout, err: ended.stderr };
    },
    async script(text) {
      const file = join(folder, 'script.mjs');
      await writeFile(file, text);
      return (await run(process.execPath, [file])).stdout;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
