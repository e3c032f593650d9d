/** What a result follows from besides its inputs: the code that runs, the packages that it runs on, and the processor. */
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './hash.ts';
import { installRoot } from './install-root.ts';

/** Float sums of onnxruntime may differ in their last bits from processor to processor. */
export async function codeHash(): Promise<string> {
  return sha256([processorName(), ...(await fileHashes())].join(' '));
}

/** Of the code that runs alone: the same on every machine that has it. */
export async function programHash(): Promise<string> {
  return sha256((await fileHashes()).join(' '));
}

/** Model of this machine's processor. */
export function processorName(): string | undefined {
  return cpus()[0]?.model;
}

async function fileHashes(): Promise<string[]> {
  const code = fileURLToPath(new URL('../..', import.meta.url));
  const folders = ['src', 'passes'].map((folder) => join(code, folder));
  const files = (await Promise.all(folders.map(filesBelow))).flat().filter(isCode).sort();
  const read = await Promise.all(
    [join(installRoot(), 'package.json'), ...files].map((file) => readFile(file)),
  );
  return read.map((bytes) => sha256(bytes));
}

const isCode = (file: string) => /(?<!\.d)\.(ts|js)$/.test(file);

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
