/**
 * Names for what is written beside its place before it is moved there, and for what it replaces meanwhile:
 * `.NAME.new-HOST-PID-N` and `.NAME.old-HOST-PID-N`. By the process in the name, the next run tells what a run that was killed
 * has left behind, puts back what that had moved away, and removes the rest.
 */
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { kill, pid as ownPid } from 'node:process';
import { sha256 } from './hash.ts';

type Role = 'new' | 'old';

/** Processes of other machines, which may use the same disk, cannot be asked whether they live. */
const host = sha256(hostname()).slice(0, 8);
/** A later process may have the number of one that was killed: only of its own names it knows that they are in use. */
const own = new Set<string>();

/** A path that no other writer has, on the same disk as `place`: only there is moving one step. */
export function besideName(place: string, role: Role): string {
  const name = `.${basename(place)}.${role}-${host}-${ownPid}-${own.size}`;
  own.add(name);
  return join(dirname(place), name);
}

/** Puts back what a killed run had moved away from `place`, and removes what else killed runs left beside it. */
export async function tidyBeside(place: string): Promise<void> {
  const left = await leftovers(place);
  await putBack(place, left);
  for (const path of left) await rm(path, { recursive: true, force: true });
}

/** Puts back what a killed run had moved away from `place`: for those who read there. */
export async function restore(folder: string): Promise<void> {
  const place = resolve(folder);
  if (!existsSync(place)) await putBack(place, await leftovers(place));
}

/** The last that was moved away. Another run may be faster. */
async function putBack(place: string, left: readonly string[]): Promise<void> {
  if (existsSync(place)) return;
  const old: { readonly path: string; readonly moved: number }[] = [];
  for (const path of left.filter((name) => basename(name).startsWith(`.${basename(place)}.old-`))) {
    const entry = await stat(path).catch(() => undefined);
    if (entry) old.push({ path, moved: entry.ctimeMs });
  }
  const [last] = old.sort((a, b) => b.moved - a.moved);
  if (last) await rename(last.path, place).catch(() => undefined);
}

/** Paths beside `place` whose processes have ended. */
async function leftovers(place: string): Promise<string[]> {
  const names = await readdir(dirname(place)).catch(() => []);
  return names.filter((name) => isLeft(name, basename(place))).map((name) => join(dirname(place), name));
}

function isLeft(name: string, of: string): boolean {
  if (!name.startsWith(`.${of}.`) || own.has(name)) return false;
  const [, writer, pid] = /^(?:new|old)-([0-9a-f]{8})-(\d+)-\d+$/.exec(name.slice(of.length + 2)) ?? [];
  return writer === host && !(Number(pid) !== ownPid && isAlive(Number(pid)));
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch (error) {
    // It is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
