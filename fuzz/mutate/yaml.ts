/** Mutations of YAML: of its tree where it has one, or of its text. */
import { parse, stringify } from 'yaml';
import type { Random } from '../random.ts';
import { mutateJsonLeaf } from './json.ts';
import { mutateNumber } from './numbers.ts';
import { mutateText } from './text.ts';
import { type MutateLeaf, mutateTree } from './tree.ts';

/**
 * @param donors other trees, whose parts may be put into it
 * @param words that stand for others
 */
export function mutateYaml(
  random: Random,
  bytes: Uint8Array,
  donors: readonly unknown[],
  words: readonly string[],
): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  if (random.chance(0.03)) return Buffer.from(`${bomb(random)}${text}`);
  if (random.chance(0.4)) return Buffer.from(mutateText(random, text, words));
  try {
    const tree: unknown = parse(text, { maxAliasCount: 0 });
    const leaf: MutateLeaf = (own, name, value) =>
      mutateQuantity(own, value) ?? mutateJsonLeaf(own, name, value);
    mutateTree(random, tree, donors, leaf);
    return Buffer.from(stringify(tree, { aliasDuplicateObjects: false }));
  } catch {
    return Buffer.from(mutateText(random, text, words));
  }
}

/** Another number of the same unit, such as of `50 uS`, or the same number of another unit. */
function mutateQuantity(random: Random, value: unknown): string | undefined {
  const [, number, unit] = /^(-?[\d.e]+) (\S+)$/.exec(String(value)) ?? [];
  if (number === undefined || random.chance(0.1)) return undefined;
  if (random.chance(0.8)) return `${mutateNumber(random, Number(number))} ${unit}`;
  return `${number} ${random.pick(['S', 'uS', 'V', 's', 'ns', 'ohm', 'A', 'J', 'pJ', '%', 'mm', ''])}`;
}

/** Aliases that multiply, lists inside of lists, or many fields. */
function bomb(random: Random): string {
  const lists = Array.from(
    { length: 9 },
    (_, i) => `x${i + 1}: &x${i + 1} [${`*x${i}, `.repeat(9)}*x${i}]\n`,
  );
  return random.pick([
    `x0: &x0 [a]\n${lists.join('')}`,
    `x: ${'['.repeat(5000)}\n`,
    `x: ${'['.repeat(2000)}${']'.repeat(2000)}\n`,
    Array.from({ length: 2000 }, (_, i) => `x${i}: ${i}\n`).join(''),
    'x: *nobody\n',
    'x: &x [*x]\n',
  ]);
}
