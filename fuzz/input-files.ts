/** The files of an input in a folder, where verbs find them. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Input } from './input.ts';
import { Inconsistency, Refusal } from './outcome.ts';

/** Writes the files of an input; their names may have folders in front. */
export async function writeFiles(folder: string, input: Input): Promise<void> {
  for (const [name, bytes] of input) {
    const path = join(folder, name);
    if (name.includes('/')) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

/**
 * Puts the files of an input where a verb finds them, for as long as `use` takes; whatever else it leaves is removed too.
 * @throws what `use` throws; Inconsistency where it is a Refusal, and something was left
 */
export async function withFiles(folder: string, input: Input, use: () => Promise<void>): Promise<void> {
  await writeFiles(folder, input);
  try {
    await use();
  } catch (error) {
    const own = new Set([...input.keys()].map((name) => name.split('/')[0]!));
    const more = (await readdir(folder)).filter((name) => !own.has(name));
    if (error instanceof Refusal && more.length > 0)
      throw new Inconsistency(`a refusal leaves something behind: ${more}`);
    throw error;
  } finally {
    const left = await readdir(folder);
    await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  }
}
