/** How leaves of a target may be written, what reads them, and that the published JSON Schema says the same. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { checkTarget } from '../../src/target/check.ts';
import { crossChecks } from '../../src/target/cross-checks.ts';
import { isFields } from '../../src/target/leaf.ts';
import { loadTarget } from '../../src/target/load.ts';
import { fieldName } from '../../src/target/place.ts';
import { targetFields, targetJsonSchema } from '../../src/target/schema.ts';
import type { Target } from '../../src/target/target.ts';
import { withLeaf } from '../../src/target/tree.ts';

type Tree = Readonly<Record<string, unknown>>;

let folder = '';
const trees = new Map<string, Tree>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-forms-'));
  for (const name of ['ideal', 'tetramem-256-6bit', 'pcm-256', 'leti-fecap-130nm'])
    trees.set(name, parse(await readFile(`targets/${name}.yaml`, 'utf8')) as Tree);
});
afterAll(() => rm(folder, { recursive: true }));

/** A bundled target in which some fields are written otherwise. */
function treeWith(name: string, fields: Readonly<Record<string, unknown>>): Tree {
  return Object.entries(fields).reduce<Tree>(
    (tree, [field, value]) => replaced(tree, field.split('.'), value),
    trees.get(name)!,
  );
}

function replaced(tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): Tree {
  return { ...tree, [key]: rest.length === 0 ? value : replaced(tree[key] as Tree, rest, value) };
}

const said = (tree: unknown) =>
  checkTarget(tree).problems.map(({ path, reason, notes = [] }) =>
    [fieldName(path), reason, ...notes].join(': '),
  );

describe('a bare value', () => {
  test('is a leaf that is assumed, and its source is not said', async () => {
    const path = join(folder, 'bare.yaml');
    await writeFile(
      path,
      stringify(
        treeWith('tetramem-256-6bit', {
          'array.rows': 256,
          'cell.gMax': '4144 uS',
          'programming.scheme': 'write-verify',
          slices: 1,
          'adc.bits': { value: 8 },
          'adc.sharedBy': { value: 1, source: 'the schematic' },
        }),
      ),
    );
    const loaded = await loadTarget(path);
    const plain = await loadTarget('tetramem-256-6bit');
    expect(loaded.target).toEqual(plain.target);
    expect(loaded.fingerprint).toBe(plain.fingerprint);
    const origins = new Map(loaded.provenance.map((entry) => [entry.field, entry]));
    for (const field of ['array.rows', 'cell.gMax', 'programming.scheme', 'slices', 'adc.bits'])
      expect(origins.get(field)).toMatchObject({ from: 'assumed', source: 'not said' });
    expect(origins.get('cell.gMax')?.text).toBe('4144 uS');
    expect(origins.get('adc.sharedBy')).toMatchObject({ from: 'assumed', source: 'the schematic' });
    expect(loaded.provenance.map(({ field }) => field)).toEqual(plain.provenance.map(({ field }) => field));
  });

  test('may be a list, and 0 needs no unit', () => {
    expect(said(treeWith('pcm-256', { 'programming.sigma': [0.28639, 0.07586, -0.0017877] }))).toEqual([]);
    expect(said(treeWith('tetramem-256-6bit', { 'cell.gUnformed': 0 }))).toEqual([]);
  });

  test('that is said to be more than assumed needs its source', () => {
    expect(said(treeWith('ideal', { 'array.rows': { value: 256, from: 'paper' } }))).toEqual([
      'array.rows.source: : Only what is assumed goes without one.',
    ]);
  });
});

describe('a form that is wrong is one problem', () => {
  const form = 'a field is written as its value alone, or as { value, from, source }';
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a list', { 'array.rows': [1, 2] }, 'array.rows: this must be a number'],
    ['a text', { 'array.rows': 'many' }, 'array.rows: this must be a number'],
    ['other fields', { 'array.rows': { least: 1, most: 2 } }, `array.rows: ${form}`],
    ['nothing', { 'array.rows': null }, 'array.rows: nothing stands here'],
    ['no value', { 'array.rows': { value: null } }, 'array.rows: nothing stands here'],
    [
      'a quoted number',
      { 'array.rows': '256' },
      'array.rows: this must be a number: Write it without quotes.',
    ],
    [
      'a percentage that is none',
      { 'adc.bits': '3%' },
      "adc.bits: this must be a number, and '3%' is a percentage",
    ],
    [
      'a section that is a list',
      { array: [256, 256] },
      'array: this must be a group of fields, which stand below it, indented',
    ],
    [
      'a section without fields',
      { array: null },
      'array: nothing stands here: the fields of this section stand below it, indented',
    ],
    [
      'a misspelt part',
      { 'array.rows': { valeu: 256, from: 'assumed', source: 'x' } },
      "array.rows.valeu: there is no such field, and nothing would use it: Did you mean 'array.rows.value'?",
    ],
    [
      'a misspelt part alone',
      { 'array.rows': { valeu: 256 } },
      "array.rows.valeu: there is no such field, and nothing would use it: Did you mean 'array.rows.value'?",
    ],
    [
      'an unknown word',
      { 'cell.encoding': 'diferential' },
      "cell.encoding: this must be one of auto, differential, offset: Did you mean 'differential'?",
    ],
  ])('%s', (_, fields, problem) => {
    expect(said(treeWith('ideal', fields))).toEqual([problem]);
  });

  test('a misspelt field or section, whose contents are looked at all the same', () => {
    const { array, ...others } = trees.get('ideal')! as { array: Tree };
    const { rows, ...rest } = array;
    const unknown = 'there is no such field, and nothing would use it';
    expect(said({ ...others, array: { ...rest, rowz: rows } })).toEqual([
      `array.rowz: ${unknown}: Did you mean 'array.rows'?`,
    ]);
    expect(said({ ...others, aray: { ...rest, rows: 0 } })).toEqual([
      'aray.rows: this must be at least 1',
      `aray: ${unknown}: Did you mean 'array'?`,
    ]);
    expect(said({ ...others, array, wirez: { rowSegment: '1 ohm' } })).toHaveLength(8);
  });
});

describe('a scheme that cannot be told', () => {
  const fields = {
    'programming.tolerance': '10 V',
    'programming.maxPulses': 2.5,
    'array.columns': 255,
    'cell.gUseMin': '40 uS',
  };
  const others = [
    "programming.tolerance: '10 V' is not a quantity in S: Write a number and a unit, such as '50 uS'.",
    'programming.maxPulses: this must be a whole number',
    'cell.gUseMin: this lies below cell.gMin, 50 uS',
    'array.columns: differential pairs need an even number of columns',
  ];

  test('because it is misspelt leaves nothing else unsaid', () => {
    const tree = treeWith('tetramem-256-6bit', { ...fields, 'programming.scheme': 'write-verfy' });
    const [first, ...more] = said(tree);
    expect(first).toMatch(
      /^programming\.scheme: this must be one of exact, .*: Did you mean 'write-verify'\?$/,
    );
    expect(more).toEqual(others);
  });

  test('because it is missing neither', () => {
    const { scheme: _, ...programming } = trees.get('tetramem-256-6bit')!.programming as Tree;
    const tree = treeWith('tetramem-256-6bit', {
      programming: { ...programming, tolerance: '10 V', maxPulses: 2.5, entirelyUnheardOf: 1 },
      'array.columns': 255,
      'cell.gUseMin': '40 uS',
    });
    expect([...said(tree)].sort()).toEqual(
      [
        'programming.scheme: : How conductances are set: `exact`, `write-verify`, `error-law`, `pulse-verify`, `feedforward`, `parallel-update`, `denoise` or `transfer`.',
        'programming.entirelyUnheardOf: there is no such field, and nothing would use it',
        ...others,
      ].sort(),
    );
  });
});

describe('percentages and spellings', () => {
  const read = async (target: string, set: readonly string[]) => (await loadTarget(target, set)).target;

  test('are read where a share or a relative spread is meant', async () => {
    const { programming } = await read('tetramem-256-6bit', [
      'programming.cycleToCycle=3%',
      'programming.unresponsive=0.1 %',
      'programming.stepGain=50 percent',
    ]);
    expect(programming).toMatchObject({ cycleToCycle: 0.03, unresponsive: 0.001, stepGain: 0.5 });
    expect(said(treeWith('ideal', { 'driver.vRead': '3%' }))).toEqual([
      "driver.vRead: '3%' is not a quantity in V: Write a number and a unit, such as '1 V'.",
    ]);
    expect(said(treeWith('tetramem-256-6bit', { 'programming.unresponsive': '101%' }))).toEqual([
      'programming.unresponsive: this must be at most 1',
    ]);
  });

  test('of units, in files and in overrides', async () => {
    const { cell, wires, programming } = await read('tetramem-256-6bit', [
      'cell.gMax=5 millisiemens',
      'wires.rowSegment=2 kohms',
      'wires.driver=2 k\u03a9',
      'programming.pulseTime=100 usec',
      'programming.minStep=1e-6 S',
      'programming.tolerance=9 \u00b5S',
      'programming.readNoise=2 \u03bcS',
    ]);
    expect(cell.gMax).toBe(5e-3);
    expect(wires).toMatchObject({ rowSegment: 2000, driver: 2000 });
    expect(programming).toMatchObject({
      pulseTime: 100e-6,
      minStep: 1e-6,
      tolerance: 9e-6,
      readNoise: 2e-6,
    });
  });

  test.each([
    ['wires.driver=2 KOhm', "Write it as '2 kohm'."],
    ['programming.tolerance=50 us', "Write it as '50 uS'."],
    ['programming.tolerance=2,5 uS', "Write it as '2.5 uS'."],
    ['programming.tolerance=1 ms', "Write it as '1 mS' or '1 MS'."],
    ['cell.gMax=10 kohm', "Write it as '100 uS'."],
    ['programming.pulseTime=1 h', "Write it as '3600 s'."],
    ['cell.gMax=4144', "Write a number and a unit, such as '50 uS'."],
  ])('%s is corrected', async (set, note) => {
    const error: unknown = await loadTarget('tetramem-256-6bit', [set]).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    expect(error.diagnostics.map(({ at, notes }) => [at, notes])).toEqual([[`--set ${set}`, [note]]]);
  });
});

test('problems of fields, of fields together, and of overrides come at once', async () => {
  const path = join(folder, 'all.yaml');
  const tree = treeWith('ideal', { 'array.rows': 128, 'cell.levels': 1, 'adc.convert': 'pairs' });
  await writeFile(path, stringify(tree));
  const error: unknown = await loadTarget(path, ['adc.bit=6', 'cell.gUseMax=1 V']).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  expect(
    error.diagnostics.map(({ at, message }) => `${at.replace(/^.*yaml:\d+: /, '')}: ${message}`),
  ).toEqual([
    'cell.levels: this must be at least 2',
    "--set cell.gUseMax=1 V: '1 V' is not a quantity in S",
    'adc.convert: this must be one of pair, column',
    'driver.rowsAtOnce: the array has 128 rows',
    "--set adc.bit=6: the target has no field 'adc.bit'",
  ]);
});

describe('any mix of wrong fields', () => {
  const wrong = fc.constantFrom<unknown>(null, true, { nothing: 1 }, { value: [{}] }, { value: 'wrong %' });

  test('reports each exactly once, and no field that is right', () => {
    const names = fc.constantFrom(...['ideal', 'tetramem-256-6bit', 'leti-fecap-130nm']);
    const scheme = {
      ideal: 'exact',
      'tetramem-256-6bit': 'write-verify',
      'leti-fecap-130nm': 'transfer',
    } as const;
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.tuple(fc.boolean(), wrong)), (name, choices) => {
        const tree = trees.get(name)!;
        const there = (field: string) =>
          field.split('.').reduce<unknown>((node, key) => (isFields(node) ? node[key] : undefined), tree);
        const fields = targetFields(scheme[name as keyof typeof scheme])
          .map(({ field }) => field)
          .filter((field) => field !== 'programming.scheme' && there(field) !== undefined);
        const chosen = fields.filter(() => choices.next().value[0]);
        const broken = Object.fromEntries(chosen.map((field) => [field, choices.next().value[1]]));
        const told = checkTarget(treeWith(name, broken)).problems.map(({ path }) => fieldName(path));
        expect(told.map((path) => path.replace(/\.0$/, '')).sort()).toEqual([...chosen].sort());
      }),
      { numRuns: 60 },
    );
  });
});

describe('the published JSON Schema', () => {
  test('accepts what the reader accepts, and nothing else', () => {
    const published = z.fromJSONSchema(targetJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    const forms = fc.constantFrom<unknown>(
      256,
      0,
      2.5,
      '3%',
      '3 %',
      '50 uS',
      '50 \u00b5S',
      '2 kohms',
      '2 KOhm',
      'pair',
      [0, 1],
      null,
      { value: 1 },
      { value: '10 uS', source: 'x' },
      { value: '10 uS', from: 'paper' },
      { value: '10 uS', from: 'paper', source: 'Fig. 1' },
      { value: 1, from: 'assumed' },
      { valeu: 1 },
    );
    const field = fc.constantFrom(...targetFields('write-verify').map((f) => f.field));
    fc.assert(
      fc.property(field, forms, (path, form) => {
        const tree = withoutWires(treeWith('tetramem-256-6bit', inside(path) ? { [path]: form } : {}));
        const { target, problems } = checkTarget(tree);
        const together = crossChecks(target as Target).length;
        expect(published.safeParse(tree).success, `${path}: ${JSON.stringify(form)}`).toBe(
          problems.length === together,
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Only fields that the file has. */
const inside = (path: string) =>
  path
    .split('.')
    .reduce<unknown>(
      (node, key) => (isFields(node) ? node[key] : undefined),
      trees.get('tetramem-256-6bit'),
    ) !== undefined;

/** Smaller trees are checked sooner. */
const withoutWires = ({ wires: _, ...tree }: Tree): Tree => tree;

test('overrides may complete a bare leaf', () => {
  const tree = withLeaf(treeWith('ideal', { 'array.rows': 256 }), ['array', 'rows'], { value: 128 });
  expect((tree as { array: { rows: unknown } }).array.rows).toEqual({ value: 128 });
});
