/** No file imports itself by way of others, types included: what two files share stands below both. */
import { expect, it } from 'vitest';
import { files, imports } from './source-files.ts';

const importedBy = new Map(
  files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]),
);

/** What a file reaches by imports. */
function reachedFrom(file: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const next = [file];
  for (let at = next.pop(); at !== undefined; at = next.pop())
    for (const to of importedBy.get(at) ?? [])
      if (!reached.has(to)) {
        reached.add(to);
        next.push(to);
      }
  return reached;
}

it('imports go round in no circle', () => {
  expect(files.filter((file) => reachedFrom(file).has(file))).toEqual([]);
});
