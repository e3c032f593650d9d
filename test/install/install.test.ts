/**
 * A packed Crossloom in an empty folder: npm needs no switch, says no warning, runs no script and asks no host but the registry.
 * There the README's example is strict TypeScript, with and without Node's types, and runs as printed.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installRoot } from '../../src/files/install-root.ts';
import { long } from '../support/shared-models.ts';
import { installPacked, type Project, whyNoRegistry } from './empty-project.ts';
import { writeExample } from './readme-example.ts';

const root = installRoot();
const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('the checkout', () => {
  test('has a lock file by which npm runs no script of a dependency', () => {
    // npm goes by this flag. onnxruntime-node's script would fetch GPU libraries, and npm 10 has no other way to say no.
    // After an update of onnxruntime-node: delete the line that npm added.
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"hasInstallScript"');
  });

  test('packs the runtime of the version that it was tested with', () => {
    const { dependencies, devDependencies } = json(root, 'package.json');
    expect(dependencies['onnxruntime-common']).toBe(devDependencies['onnxruntime-node']);
    expect(json(root, 'node_modules/onnxruntime-node/package.json').version).toBe(
      devDependencies['onnxruntime-node'],
    );
  });
});

const reason = whyNoRegistry();
if (reason !== undefined) console.log(`skipped: no package registry is reached: ${reason}`);

describe.skipIf(reason !== undefined)('a packed Crossloom in an empty folder', () => {
  let project: Project;
  let installed = '';
  beforeAll(async () => {
    project = await installPacked();
    installed = join(project.folder, 'node_modules/crossloom');
  }, 600_000);
  afterAll(() => project?.remove());

  test('no host but the registry has an address there', async () => {
    const asked = await project.run(
      'node',
      '-e',
      "fetch('https://api.nuget.org').catch((e) => console.log(e.cause.message))",
    );
    expect(asked.out.trim()).toBe('api.nuget.org is not the registry');
  });

  test('installs without a word of warning, and nothing of it has an install script', () => {
    expect(project.installation).toMatchObject({ exit: 0, out: expect.stringContaining('added') });
    expect(project.installation.err).not.toMatch(/npm (warn|error)/i);
    expect(readFileSync(join(project.folder, 'package-lock.json'), 'utf8')).not.toContain(
      '"hasInstallScript"',
    );
  });

  test('holds what is needed, and no more', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.test\.|(^|\/)(bench|fuzz|test)(\/|$)/.test(file))).toEqual([]);
    for (const target of readdirSync(join(root, 'targets'))) expect(files).toContain(`targets/${target}`);
    for (const [, link] of readFileSync(join(installed, 'README.md'), 'utf8').matchAll(
      /\]\((?!https?:)([^)#]+)/g,
    ))
      expect(existsSync(join(installed, link!)), link).toBe(true);
    for (const schema of Object.values<unknown>(json(installed, 'package.json').exports))
      if (typeof schema === 'string')
        expect(existsSync(join(installed, schema.replace('*.json', 'verify.json'))), schema).toBe(true);
  });

  test('carries onnxruntime for processors of every platform, with its licences and without its script', () => {
    const runtime = join(installed, 'dist/node_modules/onnxruntime-node');
    expect(readdirSync(runtime).sort()).toEqual([
      'LICENSE',
      'ThirdPartyNotices.txt',
      'bin',
      'dist',
      'package.json',
    ]);
    expect(json(runtime, 'package.json')).not.toHaveProperty('scripts');
    const libraries = readdirSync(join(runtime, 'bin'), { recursive: true, encoding: 'utf8' });
    expect(libraries.filter((file) => /\.\w+$/.test(file)).sort()).toEqual([
      'napi-v6/darwin/arm64/libonnxruntime.1.dylib',
      'napi-v6/darwin/arm64/onnxruntime_binding.node',
      'napi-v6/linux/arm64/libonnxruntime.so.1',
      'napi-v6/linux/arm64/onnxruntime_binding.node',
      'napi-v6/linux/x64/libonnxruntime.so.1',
      'napi-v6/linux/x64/onnxruntime_binding.node',
      'napi-v6/win32/arm64/onnxruntime.dll',
      'napi-v6/win32/arm64/onnxruntime_binding.node',
      'napi-v6/win32/x64/onnxruntime.dll',
      'napi-v6/win32/x64/onnxruntime_binding.node',
    ]);
  });

  test('the example of the README is strict TypeScript and runs; the package that it writes is verified in two threads', async () => {
    const { model, images, written } = await writeExample(project.folder);
    const compilerOptions = {
      strict: true,
      target: 'es2023',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      skipLibCheck: false,
    };
    const typeCheck = async (types: readonly string[]) => {
      const config = { compilerOptions: { ...compilerOptions, types }, files: ['example.mts'] };
      await writeFile(join(project.folder, 'tsconfig.json'), JSON.stringify(config));
      return project.run('node', join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
    };
    const clean = { exit: 0, out: '', err: '' };
    expect(existsSync(join(project.folder, 'node_modules/@types'))).toBe(false);
    expect(await typeCheck([])).toEqual(clean);
    await symlink(join(root, 'node_modules/@types'), join(project.folder, 'node_modules/@types'));
    expect(await typeCheck(['node'])).toEqual(clean);
    expect(await project.run('node', 'example.mjs')).toEqual(clean);

    const asked = [
      '--accept-chance',
      '--model',
      model,
      '--data',
      images,
      '--trials',
      '2',
      '--threads',
      '2',
      '--json',
    ];
    const { exit, out } = await project.run('npx', 'crossloom', 'verify', written, ...asked);
    expect(exit).toBe(0);
    expect(JSON.parse(out).trials).toHaveLength(2);
  }, 300_000);

  test('npx crossloom finds its help and its targets', async () => {
    expect((await project.run('npx', 'crossloom', '--help')).out).toContain('$ crossloom demo');
    expect((await project.run('npx', 'crossloom', 'targets')).out).toContain('tetramem-256-6bit');
  });

  test.runIf(long)(
    'npx crossloom demo',
    async () => {
      const { exit, out } = await project.run('npx', 'crossloom', 'demo', '--images', '20');
      expect(exit).toBe(0);
      expect(out).toContain('leti-fecap-130nm');
    },
    600_000,
  );
});
