/** What a run loads before it does anything: a verb, once it is named, and nothing that only others need. */
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { textOf } from './source-files.ts';

const heavy = [
  'echarts',
  'ml-levenberg-marquardt',
  'ml-matrix',
  'onnxruntime-node',
  'protobufjs',
  'sharp',
  'yaml',
  'zod',
];

/** Imports of values that are there when a file is loaded. */
const values = /^(?:import|export)\s+(?!type\b)[^;]*?\bfrom '([^']+)'|^import '([^']+)'/gm;

/** Packages that are loaded with a file. */
function packagesOf(file: string): Set<string> {
  const [packages, seen, ahead] = [new Set<string>(), new Set([file]), [file]];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop())
    for (const match of textOf.get(next)!.matchAll(values)) {
      const to = match[1] ?? match[2]!;
      const path = normalize(join(dirname(next), to));
      if (!to.startsWith('.')) packages.add(to.split('/')[0]!);
      else if (!seen.has(path)) {
        seen.add(path);
        ahead.push(path);
      }
    }
  return packages;
}

function loaded(file: string): readonly string[] {
  const packages = packagesOf(file);
  return heavy.filter((name) => packages.has(name));
}

describe('what is loaded', () => {
  it('is seen, through imports of imports', () => {
    expect(loaded('src/cli/compile.ts')).toEqual(['onnxruntime-node', 'protobufjs', 'yaml', 'zod']);
    expect(loaded('src/cli/fit.ts')).toContain('echarts');
  });

  it.each(['src/cli.ts', 'src/cli/verbs.ts', 'src/cli/targets.ts', 'src/cli/targets/list.ts'])(
    'with %s is none of the large packages',
    (file) => {
      expect(loaded(file)).toEqual([]);
    },
  );

  it('for pictures of pages is with those verbs that draw some', () => {
    const drawing = verbs.filter(({ name }) => loaded(fileOf(name)).includes('echarts'));
    expect(drawing.map(({ name }) => name)).toEqual(['sweep', 'report', 'fit', 'characterize']);
  });

  it('to decode images is loaded with the first image', () => {
    expect(verbs.filter(({ name }) => loaded(fileOf(name)).includes('sharp'))).toEqual([]);
  });
});

const fileOf = (verb: string) => `src/cli/${verb === 'export' ? 'export/export' : verb}.ts`;
