/** No file imports itself by way of others, types included: what two files share stands below both. */
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { files, imports } from './source-files.ts';

/** Folders in which circles are left. None may join them, and one that has no circle any more leaves the list. */
const left = ['passes/decompose', 'src/chip', 'src/tune', 'src/verify'];

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

it('imports go round in no circle, but in the folders listed', () => {
  const inCircles = files.filter((file) => reachedFrom(file).has(file));
  const topFolder = (file: string) => dirname(file).split('/').slice(0, 2).join('/');
  expect([...new Set(inCircles.map(topFolder))].sort()).toEqual(left);
});
