/**
 * The figures of speed on a processor without AVX-512 and VNNI, measured on one that has them. onnxruntime chooses its kernels
 * by the instruction cpuid, and by no setting: in a copy of its library every cpuid becomes ud2, which takes as many bytes
 * and raises a signal, and mask-cpuid.c answers with what such a processor says. Results are those of the kernels of
 * such a processor, bit for bit: a test holds them against an emulated Haswell. Needs Linux on x86-64, gcc and objdump.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import { sharedData } from './model.ts';
import { hiddenInstructions, instructionsThere } from './processor.ts';
import type { SpeedRow } from './speed.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const runtime = 'onnxruntime-node';
const library = join(runtime, 'bin/napi-v6/linux/x64/libonnxruntime.so.1');

/** @returns the figures of speed; none where they cannot be measured */
export async function benchOnOlderProcessor(): Promise<readonly SpeedRow[]> {
  const lacking = whatIsLacking();
  if (lacking) {
    process.stdout.write(`Without AVX-512 and VNNI: not measured, ${lacking}.\n`);
    return [];
  }
  return withTemporaryFolder(async (folder) => {
    await hideInstructions(folder);
    await cp(join(installRoot(), 'dist'), join(folder, 'dist'), { recursive: true });
    const rows = join(folder, 'rows.json');
    await runOlder(folder, [join(folder, 'dist/bench/index.js'), 'speed', '--rows', rows]);
    return JSON.parse(await readFile(rows, 'utf8')) as readonly SpeedRow[];
  });
}

/** Why instructions cannot be hidden here; undefined where they can. */
export function whatIsLacking(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'which takes Linux on x86-64';
  if (!instructionsThere().includes('AVX-512')) return 'this processor is one';
  const tools = ['gcc', 'objdump'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return tools.length > 0 ? `which takes ${tools.join(' and ')}` : undefined;
}

/** Makes a folder one in which onnxruntime runs as on an older processor: all but compiled files. */
export async function hideInstructions(folder: string): Promise<void> {
  const root = installRoot();
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['targets', 'fixtures']) await symlink(join(root, name), join(folder, name));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== runtime) await symlink(join(root, 'node_modules', name), join(modules, name));
  await cp(join(root, 'node_modules', runtime), join(modules, runtime), { recursive: true });
  await replaceCpuid(join(modules, library));
  run('gcc', ['-O2', '-shared', '-fPIC', '-o', join(folder, mask), join(root, 'bench/mask-cpuid.c'), '-ldl']);
}

const mask = 'mask-cpuid.so';

/** Runs Node.js with such a folder. @returns when it has ended; throws where it failed */
export function runOlder(folder: string, args: readonly string[]): Promise<void> {
  const env = {
    ...process.env,
    LD_PRELOAD: join(folder, mask),
    CROSSLOOM_DATA: resolve(sharedData()),
    [hiddenInstructions]: 'AVX-512 VNNI',
  };
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (code, signal) =>
      code === 0 ? done() : failed(new Error(`node ${args.join(' ')} ended with ${code ?? signal}`)),
    );
  });
}

/** Code lies in the file where it lies in memory, as the disassembler's addresses have it. */
async function replaceCpuid(file: string): Promise<void> {
  // The whole listing is longer than strings can be.
  const listing = run('sh', ['-c', 'objdump --disassemble --section=.text "$0" | grep cpuid', file]);
  const places = [...listing.matchAll(/^\s*([0-9a-f]+):\s+0f a2\s+cpuid/gm)].map(([, at]) =>
    Number(`0x${at}`),
  );
  const bytes = await readFile(file);
  for (const at of places) {
    if (bytes.readUInt16BE(at) !== 0x0fa2) throw new Error(`${file} holds no cpuid at ${at}`);
    bytes.writeUInt16BE(0x0f0b, at);
  }
  if (places.length === 0) throw new Error(`${file} has no cpuid`);
  await writeFile(file, bytes);
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}
