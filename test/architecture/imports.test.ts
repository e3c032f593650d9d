/** Who may import whom, and what else holds for every source file. The same table is in ARCHITECTURE.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = ['src', 'passes'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => normalize(join(folder, file))),
);
const textOf = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

interface Import {
  readonly from: string;
  /** Path of one of our files, or name of a package. */
  readonly to: string;
}
const imports = files.flatMap((from): Import[] =>
  [...textOf.get(from)!.matchAll(/^\s*(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'/gm)].map(
    (match) => {
      const to = match[1] ?? match[2]!;
      return { from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to };
    },
  ),
);

/** Files of src/ itself that stand above the folders: they are no shared nouns. */
const top = [
  'src/around-faults.ts',
  'src/cli.ts',
  'src/compile.ts',
  'src/compiled-of.ts',
  'src/index.ts',
  'src/program.ts',
  'src/replace-layers.ts',
];

/** Folders of shared nouns. */
const nouns = ['src', 'src/diagnostics', 'src/target', 'src/effects'];

/** What targets, passes and reports see of conditions: shared nouns. The rest is what conditions do to cells. */
const conditionModel = /^src\/conditions\/(condition|measured|models|[^/]+\/model)\.ts$/;

/** The folder of a file; the file itself above the folders, `nouns` for shared nouns. */
function groupOf(file: string): string {
  if (top.includes(file)) return file;
  const folder = dirname(file);
  if (nouns.includes(folder) || conditionModel.test(file)) return 'nouns';
  if (folder.startsWith('src/conditions')) return 'src/conditions';
  return /^src\/device\/(fecap|pulse)$/.test(folder) ? 'src/device' : folder;
}

const above = [
  'src/chip',
  'src/lower',
  'src/package',
  'src/runtime',
  'src/calibrate',
  'src/onnx',
  'src/data',
  'src/ir',
];
/** Besides itself and the nouns. A file of src/ir is allowed by its folder or by itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  nouns: ['src/ir/graph.ts'],
  'src/conditions': [],
  'src/ir': [],
  'src/device': [],
  'src/wires': [],
  'src/data': [],
  'src/runtime': ['src/ir/graph.ts'],
  'src/onnx': ['src/ir/graph.ts'],
  'src/bitstream': ['src/ir/schedule.ts'],
  passes: ['passes/decompose', 'src/ir', 'src/onnx', 'src/wires'],
  'passes/decompose': ['src/ir/graph.ts', 'src/onnx'],
  'src/chip': ['src/bitstream', 'src/conditions', 'src/device', 'src/ir/schedule.ts', 'src/wires'],
  'src/lower': ['src/ir/graph.ts', 'src/ir/input-planes.ts', 'src/package'],
  'src/package': [
    'src/bitstream',
    'src/calibrate',
    'src/compile.ts',
    'src/ir',
    'src/lower',
    'src/onnx',
    'src/runtime',
  ],
  'src/calibrate': above,
  'src/simulate': above,
  'src/verify': [...above, 'src/simulate', 'src/program.ts'],
  'src/tune': [...above, 'src/compile.ts', 'src/program.ts', 'src/simulate', 'src/verify'],
  'src/train': [
    ...above,
    'src/compile.ts',
    'src/compiled-of.ts',
    'src/device',
    'src/program.ts',
    'src/replace-layers.ts',
    'src/simulate',
    'src/verify',
  ],
  'src/report': [
    'src/chip',
    'src/device',
    'src/verify',
    'src/train',
    'src/tune',
    'src/ir/fault-report.ts',
    'src/ir/graph.ts',
    'src/ir/summary.ts',
  ],
};
/** Above everything. */
const free = [...top, 'src/cli'];

describe('imports', () => {
  it('go one way', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [groupOf(from), groupOf(to)];
      if (!to.endsWith('.ts') || free.includes(source) || target === source || target === 'nouns')
        return false;
      return !allowed[source]?.some((a) => a === to || a === target);
    });
    expect(wrong).toEqual([]);
    expect(imports.filter(({ to }) => to.endsWith('.ts')).length).toBeGreaterThan(200);
  });

  it('knows every folder', () => {
    const groups = new Set(files.map(groupOf));
    expect([...groups].filter((g) => !free.includes(g) && !allowed[g])).toEqual([]);
  });

  it('lead from the fields of a target over models of conditions to the whole target, never in a circle', () => {
    const parts = ['leaf', 'cell', 'effect', 'problem'].map((name) => `src/target/${name}.ts`);
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('src/conditions/') && to.startsWith('src/target/') && !parts.includes(to),
    );
    expect(wrong).toEqual([]);
    const shared = imports.filter(({ from, to }) => [from, to].every((file) => groupOf(file) === 'nouns'));
    const reached = (file: string, seen: Set<string>): Set<string> => {
      for (const { from, to } of shared)
        if (from === file && !seen.has(to)) {
          seen.add(to);
          reached(to, seen);
        }
      return seen;
    };
    const nounFiles = files.filter((file) => groupOf(file) === 'nouns');
    expect(nounFiles.filter((file) => reached(file, new Set()).has(file))).toEqual([]);
  });

  it('of the chip and of all that runs it reach neither the passes nor the mapping', () => {
    const apart = [
      'src/chip',
      'src/simulate',
      'src/calibrate',
      'src/verify',
      'src/lower',
      'src/bitstream',
      'src/runtime',
    ];
    const wrong = imports.filter(
      ({ from, to }) =>
        apart.includes(dirname(from)) && (to.startsWith('passes/') || to === 'src/ir/mapping.ts'),
    );
    expect(wrong).toEqual([]);
  });

  it('of the engine that learns reach the devices alone', () => {
    const reached = new Set(['src/train/trainer.ts', 'src/train/snapshot.ts', 'src/train/costs.ts']);
    for (const file of reached)
      for (const { from, to } of imports) if (from === file && groupOf(to) === 'src/train') reached.add(to);
    const wrong = imports.filter(
      ({ from, to }) => reached.has(from) && !['src/train', 'src/device', 'nouns'].includes(groupOf(to)),
    );
    expect(wrong).toEqual([]);
    expect(reached.size).toBeGreaterThan(10);
  });

  it('of passes in src are those of the compiler and of the listing', () => {
    const users = new Set(
      imports
        .filter(({ from, to }) => from.startsWith('src/') && to.startsWith('passes/'))
        .map(({ from }) => from),
    );
    const others = [...users].filter(
      (file) => !['src/compile.ts', 'src/index.ts'].includes(file) && !file.startsWith('src/cli'),
    );
    expect(others).toEqual([]);
  });

  it.each([
    ['onnxruntime-node', 'src/runtime'],
    ['protobufjs', 'src/onnx'],
    ['sharp', 'src/data'],
    ['commander', 'src/cli'],
  ])('%s is imported in %s alone', (name, folder) => {
    const users = imports
      .filter(({ to }) => to === name || to.startsWith(`${name}/`))
      .map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !file.startsWith(folder))).toEqual([]);
  });
});

describe('source files', () => {
  it('leave the console, arguments, streams and exit codes to src/cli', () => {
    // The number of the process and the permissions of new files tell nothing of how it was called.
    const pattern = /\bconsole\.|\bprocess\.(?!pid\b|umask\b)/;
    const users = files.filter((file) => pattern.test(textOf.get(file)!));
    expect(users.filter((file) => !file.startsWith('src/cli'))).toEqual([]);
  });

  it('are short', () => {
    expect(files.filter((file) => textOf.get(file)!.split('\n').length > 300)).toEqual([]);
  });

  it('name no machine path', () => {
    const pattern = /['"`](?:\/home\/|\/work\/|\/tmp\/|\/Users\/|[A-Z]:\\)/;
    expect(files.filter((file) => pattern.test(textOf.get(file)!))).toEqual([]);
  });

  it('open with a comment', () => {
    const without = files.filter((file) => !/^(#!.*\n)?\/\*\*|^(#!.*\n)?\/\//.test(textOf.get(file)!));
    expect(without).toEqual([]);
  });
});
