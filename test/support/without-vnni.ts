/** Runs scripts on a processor that has AVX2 and no VNNI instructions, where onnxruntime multiplies bytes by other kernels. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const emulator = 'qemu-x86_64';

/** Whether Debian's qemu-user is installed, and this Node.js is one that it can run. */
export const hasEmulator =
  process.platform === 'linux' && process.arch === 'x64' && spawnSync(emulator, ['--version']).status === 0;

/** @returns what the script prints */
export async function runWithoutVnni(script: string): Promise<string> {
  const args = ['-cpu', 'Haswell', process.execPath, script];
  return (await promisify(execFile)(emulator, args)).stdout;
}
