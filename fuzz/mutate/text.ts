/** Mutations of text: its lines, words, numbers and characters. */
import type { Random } from '../random.ts';
import { mutateBytes } from './bytes.ts';
import { mutateNumber } from './numbers.ts';

/** Words and characters that are special to someone. */
const oddities = [
  '\0',
  '\x1b[2J',
  '\r',
  '\u2028',
  '\ufeff',
  '\ud800',
  'é',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ':',
  '&a',
  '*a',
  '<<: *a',
  '!!binary ',
  '!!js/function ',
  '---\n',
  '...\n',
  '|\n',
  '>\n',
  '#',
  ',',
  '=',
  '\t',
  '__proto__',
  'constructor',
  'null',
  '~',
  'NaN',
  '.inf',
  '-.inf',
  '1e999',
  '0x10',
  '1_000',
  '-0',
  '99999999999999999999',
  '../',
  '/',
  '*',
  '%',
];

export function mutateText(random: Random, text: string, words: readonly string[] = []): string {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  const line = lines[at]!;
  const change = (changed: readonly string[]): string => lines.toSpliced(at, 1, ...changed).join('\n');
  switch (random.below(9)) {
    case 0:
      return change([]);
    case 1:
      return change(Array<string>(random.chance(0.95) ? 2 : 300).fill(line));
    case 2:
      return change([random.pick(lines), line]);
    case 3:
    case 4:
      return change([withNumber(random, line)]);
    case 5:
      return change([withWord(random, line, words)]);
    case 6:
      return change([withOddity(random, line)]);
    case 7:
      return change([random.pick(['  ', '    ', ' ']) + line]);
    default:
      return Buffer.from(mutateBytes(random, Buffer.from(text))).toString('utf8');
  }
}

function withNumber(random: Random, line: string): string {
  const numbers = [...line.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)];
  if (numbers.length === 0) return withOddity(random, line);
  const { 0: text, index } = random.pick(numbers);
  return `${line.slice(0, index)}${mutateNumber(random, Number(text))}${line.slice(index + text.length)}`;
}

function withWord(random: Random, line: string, words: readonly string[]): string {
  const own = [...line.matchAll(/[\w./-]+/g)];
  if (own.length === 0) return withOddity(random, line);
  const { 0: text, index } = random.pick(own);
  const other = words.length > 0 && random.chance(0.7) ? random.pick(words) : random.pick(own)[0];
  return `${line.slice(0, index)}${other}${line.slice(index + text.length)}`;
}

function withOddity(random: Random, line: string): string {
  const at = random.below(line.length + 1);
  const many = random.chance(0.05) ? 5000 : 1;
  return `${line.slice(0, at)}${random.pick(oddities).repeat(many)}${line.slice(at)}`;
}
