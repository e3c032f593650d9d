/** Who may import whom, and what else holds for every source file. The same table is in ARCHITECTURE.md. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { files, imports, textOf } from './source-files.ts';

/** Files of src/ itself that stand above the folders: they are no shared nouns. */
const top = ['src/cli.ts', 'src/index.ts', 'src/program.ts'];

/** Folders of shared nouns. */
const nouns = [
  'src',
  'src/diagnostics',
  'src/figures',
  'src/files',
  'src/math',
  'src/target',
  'src/text',
  'src/threads',
];

/** What targets, passes and reports see of conditions and schemes: shared nouns. The rest is what they do to cells. */
const conditionModel =
  /^src\/conditions\/(condition|fluctuator|measured|models|[^/]+\/model|traps\/(draw-traps|spectrum|trap-words))\.ts$/;
const schemeModels = ['src/schemes/models.ts', 'src/schemes/scheme.ts', 'src/schemes/level-sigma.ts'];

/** The folder of a file; the file itself above the folders, `nouns` for shared nouns. */
function groupOf(file: string): string {
  if (top.includes(file)) return file;
  const folder = dirname(file);
  if (nouns.includes(folder) || conditionModel.test(file)) return 'nouns';
  return /^src\/(conditions|fit|schemes|train)/.exec(folder)?.[0] ?? folder;
}

const above = [
  'src/chip',
  'src/lower',
  'src/package',
  'src/runtime',
  'src/record',
  'src/correct',
  'src/rewrite',
  'src/onnx',
  'src/data',
  'src/ir',
];
/** Besides itself and the nouns. A file of src/ir is allowed by its folder or by itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  nouns: ['src/ir/graph.ts'],
  'src/target/export': [],
  'src/target/import': [],
  'src/conditions': [],
  'src/fit': ['src/schemes'],
  'src/schemes': ['src/kernels'],
  'src/ir': [],
  'src/kernels': ['src/ir/calibration-record.ts', 'src/ir/cells.ts'],
  'src/wires': ['src/kernels'],
  'src/data': [],
  'src/runtime': ['src/ir/graph.ts'],
  'src/onnx': ['src/ir/graph.ts', 'src/runtime'],
  'src/bitstream': ['src/ir/schedule.ts'],
  'passes/lower': ['passes/lower/decompose', 'src/ir', 'src/onnx'],
  'passes/lower/decompose': ['src/ir/graph.ts', 'src/onnx'],
  'passes/integers': ['passes/map', 'src/ir', 'src/kernels'],
  'passes/map': ['src/ir'],
  'passes/program': ['passes/map', 'src/ir', 'src/kernels', 'src/wires'],
  'src/compile': [
    'passes/integers',
    'passes/lower',
    'passes/map',
    'passes/program',
    'src/bitstream',
    'src/chip',
    'src/ir',
    'src/onnx',
    'src/package',
    'src/record',
    'src/verify',
    'src/wires',
  ],
  'src/chip': [
    'src/bitstream',
    'src/conditions',
    'src/ir/cell-readings.ts',
    'src/ir/fault-map.ts',
    'src/ir/passes.ts',
    'src/ir/schedule.ts',
    'src/kernels',
    'src/schemes',
    'src/wires',
  ],
  'src/lower': [
    'src/ir/cells.ts',
    'src/ir/conversions.ts',
    'src/ir/crossbar.ts',
    'src/ir/graph.ts',
    'src/ir/input-codes.ts',
    'src/ir/input-planes.ts',
    'src/ir/tiles.ts',
  ],
  'src/record': [
    'src/data',
    'src/ir/calibration-record.ts',
    'src/ir/centres.ts',
    'src/ir/graph.ts',
    'src/ir/input-codes.ts',
    'src/ir/input-planes.ts',
    'src/ir/padding.ts',
    'src/lower',
    'src/onnx',
    'src/runtime',
  ],
  'src/package': ['src/bitstream', 'src/ir', 'src/lower', 'src/onnx', 'src/record'],
  'src/correct': [
    'src/chip',
    'src/ir/calibration-record.ts',
    'src/ir/crossbar.ts',
    'src/ir/graph.ts',
    'src/lower',
    'src/onnx',
    'src/package',
    'src/record',
    'src/runtime',
  ],
  'src/rewrite': [
    'src/bitstream',
    'src/chip',
    'src/conditions',
    'src/ir',
    'src/kernels',
    'src/lower',
    'src/package',
    'src/schemes',
  ],
  'src/inspect': ['src/bitstream', 'src/chip', 'src/ir', 'src/package'],
  'src/cost': ['src/inspect', 'src/ir', 'src/onnx', 'src/package'],
  'src/simulate': [
    'src/chip',
    'src/correct',
    'src/ir/crossbar.ts',
    'src/ir/graph.ts',
    'src/lower',
    'src/onnx',
    'src/package',
    'src/runtime',
  ],
  'src/verify': [...above, 'src/simulate', 'src/program.ts'],
  'src/tune': [
    ...above,
    'src/compile/compile.ts',
    'src/compile/compiled.ts',
    'src/compile/expect-forms.ts',
    'src/compile/expect-remedies.ts',
    'src/compile/settle-again.ts',
    'src/program.ts',
    'src/simulate',
    'src/verify',
  ],
  'src/explain': [
    ...above,
    'src/compile/compile.ts',
    'src/compile/compiled-of.ts',
    'src/compile/settle-again.ts',
    'src/program.ts',
    'src/simulate',
    'src/tune',
    'src/verify',
  ],
  'src/sweep': [
    ...above,
    'src/compile/compile.ts',
    'src/compile/compiled.ts',
    'src/cost',
    'src/program.ts',
    'src/verify',
  ],
  'src/train': [
    ...above,
    'src/compile/compile.ts',
    'src/compile/compiled-of.ts',
    'src/compile/compiled.ts',
    'src/compile/replace-layers.ts',
    'src/kernels',
    'src/schemes',
    'src/program.ts',
    'src/simulate',
    'src/verify',
  ],
  'src/characterize': [
    'src/compile/compile.ts',
    'src/compile/compiled.ts',
    'src/conditions',
    'src/data',
    'src/ir/options.ts',
    'src/onnx',
    'src/package',
    'src/record',
    'src/schemes',
    'src/verify',
    'src/wires',
  ],
  'src/queue': [],
  'src/cli/completion': [],
  'src/report/plots': [],
  'src/report/figures': ['src/inspect', 'src/report', 'src/sweep', 'src/verify'],
  'src/report/page': [
    'src/chip',
    'src/cost',
    'src/explain',
    'src/inspect',
    'src/ir/graph.ts',
    'src/ir/mapping.ts',
    'src/package',
    'src/report',
    'src/report/figures',
    'src/report/plots',
    'src/sweep',
    'src/tune',
    'src/verify',
  ],
  'src/report/schemas': [
    'src/chip',
    'src/correct',
    'src/cost',
    'src/inspect',
    'src/package',
    'src/schemes',
    'src/sweep',
    'src/verify',
  ],
  'src/report': [
    'src/chip',
    'src/correct/compensate.ts',
    'src/cost',
    'src/explain',
    'src/fit',
    'src/inspect',
    'src/schemes',
    'src/sweep',
    'src/verify',
    'src/train',
    'src/tune',
    'src/ir/expected-signal.ts',
    'src/ir/fault-report.ts',
    'src/ir/graph.ts',
    'src/ir/remedy-name.ts',
    'src/ir/summary.ts',
  ],
};
/** Above everything. */
const free = [...top, 'src/cli', 'src/cli/export', 'src/cli/targets'];

describe('imports', () => {
  it('go one way', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [source, target] = [groupOf(from), groupOf(to)];
      if (
        !to.endsWith('.ts') ||
        free.includes(source) ||
        target === source ||
        target === 'nouns' ||
        schemeModels.includes(to)
      )
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
    const parts = ['leaf', 'cell', 'effect', 'problem', 'unsound'].map((name) => `src/target/${name}.ts`);
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
      'src/record',
      'src/correct',
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
    const learners = files.filter((file) => /^src\/train\/rules\/.*learner\.ts$/.test(file));
    const reached = new Set(['src/train/trainer.ts', 'src/train/snapshot.ts', ...learners]);
    for (const file of reached)
      for (const { from, to } of imports) if (from === file && groupOf(to) === 'src/train') reached.add(to);
    const wrong = imports.filter(
      ({ from, to }) =>
        reached.has(from) && !['src/train', 'src/schemes', 'src/kernels', 'nouns'].includes(groupOf(to)),
    );
    expect(wrong).toEqual([]);
    expect(reached.size).toBeGreaterThan(10);
  });

  it('of passes in src are those of the compiler', () => {
    const users = imports
      .filter(({ from, to }) => from.startsWith('src/') && to.startsWith('passes/'))
      .map(({ from }) => from);
    expect(users.filter((file) => file !== 'src/index.ts' && groupOf(file) !== 'src/compile')).toEqual([]);
    expect(users.length).toBeGreaterThan(20);
  });

  it('of the compiler do not lead back to it', () => {
    const back = files.filter((file) => {
      if (groupOf(file) !== 'src/compile') return false;
      const reached = new Set([file]);
      for (const at of reached)
        for (const { from, to } of imports) {
          if (from !== at) continue;
          if (to === file) return true;
          reached.add(to);
        }
      return false;
    });
    expect(back).toEqual([]);
  });

  it('of the assembler are those of the kernels', () => {
    const assembler = ['src/kernels/wasm.ts', 'src/kernels/instantiate.ts'];
    const users = imports.filter(({ to }) => assembler.includes(to)).map(({ from }) => from);
    expect(users.filter((file) => groupOf(file) !== 'src/kernels')).toEqual([]);
    expect(users.length).toBeGreaterThan(5);
  });

  it.each([
    ['onnxruntime-node', 'src/runtime'],
    ['protobufjs', 'src/onnx'],
    ['sharp', 'src/data'],
    ['commander', 'src/cli'],
    ['echarts', 'src/report/plots'],
    ['bullmq', 'src/queue'],
    ['ioredis', 'src/queue'],
    ['ml-levenberg-marquardt', 'src/fit'],
    ['ml-matrix', 'src/fit'],
  ])('%s is imported in %s alone', (name, folder) => {
    const users = imports
      .filter(({ to }) => to === name || to.startsWith(`${name}/`))
      .map(({ from }) => from);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !file.startsWith(folder))).toEqual([]);
  });
});

describe('rules of learning', () => {
  it('are named in their own folder, in the registry, and where a command line or a bench says which', () => {
    const folders = readdirSync('src/train/rules', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/train/rules/${name}/`);
    const open = [
      'src/train/rules/rules.ts',
      'src/train/rules/learner.ts',
      'src/cli/',
      'src/report/',
      'src/train/defaults.ts',
    ];
    const wrong = imports.filter(({ from, to }) =>
      folders.some(
        (room) => to.startsWith(room) && !from.startsWith(room) && !open.some((o) => from.startsWith(o)),
      ),
    );
    expect(wrong).toEqual([]);
    expect(folders.length).toBeGreaterThan(0);
  });
});

describe('schemes of programming', () => {
  const registries = ['models', 'cells', 'experiments'].map((name) => `src/schemes/${name}.ts`);
  const folders = readdirSync('src/schemes', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it('are named in their own folder and in the registries alone', () => {
    const wrong = files.filter((file) => {
      if (registries.includes(file)) return false;
      const named = (name: string) =>
        // A bitstream has an instruction `transfer` too.
        name === 'transfer' ? /scheme\b[^;]{0,40}'transfer'/ : new RegExp(`'${name}'`);
      return folders.some(
        (name) => !file.startsWith(`src/schemes/${name}/`) && named(name).test(textOf.get(file)!),
      );
    });
    expect(wrong).toEqual([]);
    expect(folders.length).toBeGreaterThan(4);
  });

  it('have a model and cells, and no model sees any cells', () => {
    for (const name of folders)
      for (const part of ['model.ts', 'cells.ts']) expect(files).toContain(`src/schemes/${name}/${part}`);
    const wrong = imports.filter(
      ({ from, to }) =>
        (from === 'src/schemes/models.ts' || from.endsWith('/model.ts')) && /\/cells\.ts$/.test(to),
    );
    expect(wrong).toEqual([]);
  });
});

describe('source files', () => {
  it('leave the console, arguments, streams and exit codes to src/cli', () => {
    // The number of the process and the permissions of new files tell nothing of how it was called.
    const pattern =
      /\bconsole\.|\bprocess\.(?!pid\b|umask\b|execPath\b|env\.(ORT_DISABLE_TELEMETRY|NVIDIA_TF32_OVERRIDE)\b)/;
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
