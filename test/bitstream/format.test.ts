/** FORMAT.md holds the same instructions as the table in src/bitstream/instructions.ts. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { byOp } from '../../src/bitstream/instructions.ts';
import { endOpcode } from '../../src/bitstream/layout.ts';
import { numbers } from '../../src/bitstream/numbers.ts';

const format = readFileSync('src/bitstream/FORMAT.md', 'utf8');
const formats = [...byOp.values()];
const typeNames = new Map(Object.entries(numbers).map(([name, type]) => [type, name]));

test('opcodes, and the fields of the bytes in their order', () => {
  const rows = [...format.matchAll(/^\| ([0-9a-f]{2}) +\| `([a-z-]+)` +\| (.*?) +\|$/gm)];
  const expected = formats.map(({ op, opcode, fields }) => {
    const stored = fields.flatMap(({ name, type, words }) => [
      type ? `${typeNames.get(type)} ${name}` : name,
      ...words.filter((word) => word !== name),
    ]);
    return [opcode, op, stored.join(', ')];
  });
  expect(rows.map(([, opcode, op, fields]) => [Number.parseInt(opcode!, 16), op, fields])).toEqual([
    [endOpcode, 'end', 'none'],
    ...expected,
  ]);
});

test('the words of the text in their order', () => {
  const grammar = /^instruction = (.*?)\n\w+ +=/ms.exec(format)![1]!;
  const words = grammar
    .split('\n')
    .join(' ')
    .split(/ \| (?="[a-z-]+" "|\()/);
  const found = words.flatMap((rule) => {
    const [ops, fields] = [/^\s*\(?((?:"[a-z-]+"(?: \| )?)+)/.exec(rule)![1]!, rule.matchAll(/"(\w+)="/g)];
    const names = Array.from(fields, ([, name]) => name);
    return Array.from(ops.matchAll(/"([a-z-]+)"/g), ([, op]) => [op, names]);
  });
  const expected = formats.map(({ op, fields }) => [op, fields.flatMap(({ words }) => words)]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
});

test('what needs hidden planes', () => {
  const hidden = formats.flatMap(({ op, needs }) => (needs === 'hidden' ? [`\`${op}\``] : []));
  expect(format).toContain(`${hidden.slice(0, -1).join(', ')} and ${hidden.at(-1)} are errors where`);
});

test('what needs parallel updates', () => {
  const updates = formats.flatMap(({ op, needs }) => (needs === 'updates' ? [`\`${op}\``] : []));
  expect(format).toContain(`${updates.join(' and ')} are errors in versions 1 and 2.`);
});
