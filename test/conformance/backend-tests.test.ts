/**
 * ONNX's backend tests on the ideal chip, and the table of them in docs/conformance.md, which
 * `npx vitest run test/conformance --update` writes.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { type BackendTest, listTests, loadTest, present, testdata } from './backend-tests.ts';
import { judge, type Outcome } from './judge.ts';

if (!present) console.log(`skipped: no ONNX backend tests at ${testdata} (Debian: libonnx-testdata)`);

const page = 'docs/conformance.md';
const tests = present ? [...listTests('node'), ...listTests('pytorch-converted')] : [];
const outcomes = new Map<BackendTest, Promise<Outcome>>();

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

function outcomeOf(test: BackendTest): Promise<Outcome> {
  const known = outcomes.get(test) ?? run(test);
  outcomes.set(test, known);
  return known;
}

async function run(test: BackendTest): Promise<Outcome> {
  return test.notRun ? { result: 'not run', note: test.notRun } : judge(await loadTest(test), ideal);
}

function tableOf(set: BackendTest['set'], results: ReadonlyMap<BackendTest, Outcome>): string {
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

describe.skipIf(!present)("ONNX's backend tests (skipped where CROSSLOOM_ONNX_TESTDATA has none)", () => {
  it.each(tests.map((test) => [`${test.set}/${test.name}`, test] as const))('%s', async (_, test) => {
    expect(await outcomeOf(test)).not.toMatchObject({ result: 'FAIL' });
  });

  it('fail where the expected output is another', async () => {
    for (const name of ['test_gemm_alpha', 'test_lstm_defaults', 'test_matmul_4d']) {
      const test = await loadTest(tests.find((t) => t.name === name)!);
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
    for (const set of ['node', 'pytorch-converted'] as const) {
      const marked = new RegExp(`(<!-- ${set} -->\n)[^]*?(\n<!-- end -->)`);
      expect(text).toMatch(marked);
      text = text.replace(marked, (_, start: string, end: string) => start + tableOf(set, results) + end);
    }
    await expect(text).toMatchFileSnapshot(`../../${page}`);
  });
});
