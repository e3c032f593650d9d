/** A compilation -> the opened package of it, in memory: written and checked as one in a folder is. */
import type { Compiled } from '../ir/compiled.ts';
import { openPackage, type Package } from './open.ts';
import { writeFiles } from './write.ts';

export async function packageOf(compiled: Compiled): Promise<Package> {
  const files = new Map<string, Uint8Array>();
  await writeFiles(compiled, files);
  return openPackage(files);
}
