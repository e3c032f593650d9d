/**
 * ONNX's backend tests on the ideal chip, and the table of them in docs/conformance.md, which
 * `npx vitest run test/conformance --update` writes.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { float32 } from '../../src/math/tensor.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import {
  archive,
  type BackendTest,
  listTests,
  loadTest,
  openTests,
  type TestSet,
  testdata,
} from './backend-tests.ts';
import { judge, type Outcome, refused } from './judge.ts';

const { folders, remove } = openTests();
const places = { node: testdata, 'pytorch-converted': testdata, 'node-1.23.1': archive } as const;
const sets = (Object.keys(places) as TestSet[]).filter((set) => {
  if (!folders[set]) console.log(`skipped: no ONNX tests of ${set}, for there is no ${places[set]}`);
  return folders[set];
});

const page = 'docs/conformance.md';
const tests = sets.flatMap((set) => listTests(set, folders[set]!));
const outcomes = new Map<BackendTest, Promise<Outcome>>();

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});
afterAll(remove);

function outcomeOf(test: BackendTest): Promise<Outcome> {
  const known = outcomes.get(test) ?? run(test);
  outcomes.set(test, known);
  return known;
}

async function run(test: BackendTest): Promise<Outcome> {
  if (test.notRun) return { result: 'not run', note: test.notRun };
  try {
    return await judge(await loadTest(test), ideal);
  } catch (error) {
    if (error instanceof DiagnosticError) return refused(error.diagnostics);
    if (/tensor\(bfloat16\)|data type: 16|Could not find an implementation/.test(String(error)))
      return { result: 'not run', note: 'onnxruntime: it has no kernel for this type' };
    throw error;
  }
}

function tableOf(set: TestSet, results: ReadonlyMap<BackendTest, Outcome>): string {
  const own = [...results].filter(([test]) => test.set === set);
  const count = (result: Outcome['result']) => own.filter(([, outcome]) => outcome.result === result).length;
  const rows = own.map(
    ([{ name, operators }, { result, note }]) =>
      `| \`${name}\` | ${operators.join(', ')} | ${result} | ${note} |`,
  );
  return [
    `${own.length} tests of \`${set}\`: ${count('pass')} pass, ${count('stays digital')} stay digital, ${count('not run')} not run, ${count('FAIL')} fail.`,
    '',
    '| test | operator | result | layers on crossbars, or why none |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

describe.skipIf(sets.length === 0)("ONNX's backend tests (skipped where there are none)", () => {
  it.each(tests.map((test) => [`${test.set}/${test.name}`, test] as const))('%s', async (_, test) => {
    expect(await outcomeOf(test)).not.toMatchObject({ result: 'FAIL' });
  });

  it('fail where the expected output is another', async () => {
    for (const name of ['test_gemm_alpha', 'test_lstm_defaults', 'test_matmul_4d']) {
      const test = await loadTest(tests.find((t) => t.set !== 'pytorch-converted' && t.name === name)!);
      const expected = Object.fromEntries(
        Object.entries(test.expected).map(([output, { dims, data }]) => [
          output,
          float32(
            dims,
            Float32Array.from(data as Float32Array, (v) => 1.1 * v),
          ),
        ]),
      );
      expect(await judge({ ...test, expected }, ideal)).toMatchObject({ result: 'FAIL' });
    }
  });

  it('are in docs/conformance.md as they went', async () => {
    const results = new Map<BackendTest, Outcome>();
    for (const test of tests) results.set(test, await outcomeOf(test));
    let text = readFileSync(page, 'utf8');
    for (const set of sets) {
      const marked = new RegExp(`(<!-- ${set} -->\n)[^]*?(\n<!-- end -->)`);
      expect(text).toMatch(marked);
      text = text.replace(marked, (_, start: string, end: string) => start + tableOf(set, results) + end);
    }
    await expect(text).toMatchFileSnapshot(`../../${page}`);
  });
});
