/** Mutations of JSON: of its tree, now and then of its text. */
import type { Random } from '../random.ts';
import { mutateBytes } from './bytes.ts';
import { mutateNumber } from './numbers.ts';
import { type MutateLeaf, mutateNumbers, mutateTree } from './tree.ts';

const otherKinds: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  'text',
  '',
  [],
  {},
  [[]],
  { __proto__: 1 },
  [null],
  ['x'],
];

export const mutateJsonLeaf: MutateLeaf = (random, _, value) => {
  if (random.chance(0.15)) return random.pick(otherKinds);
  if (typeof value === 'number') return mutateNumber(random, value);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string')
    return random.pick([
      `${value}x`,
      value.slice(1),
      value.toUpperCase(),
      '',
      '__proto__',
      '\x1b[2J\r\n',
      '../x',
    ]);
  if (Array.isArray(value)) return mutateNumbers(random, value as number[], (v) => mutateNumber(random, v));
  return random.pick(otherKinds);
};

export function mutateJson(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.05)) return mutateBytes(random, bytes);
  return changeJson(bytes, (tree) => mutateTree(random, tree, [structuredClone(tree)], mutateJsonLeaf));
}

/** @returns the bytes as they are where they are no JSON */
export function changeJson(bytes: Uint8Array, change: (tree: unknown) => void): Uint8Array {
  try {
    const tree: unknown = JSON.parse(Buffer.from(bytes).toString());
    change(tree);
    return Buffer.from(JSON.stringify(tree, null, 1));
  } catch {
    return bytes;
  }
}
