/** The list of diagnostics: codes are unique, kinds have exit codes of their own, and each code is provoked by a test somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boundNotMet, optionInvalid, targetMissing, targetUnit, wrongModel } from '../src/diagnostics/all.ts';
import { DiagnosticError, exitCodeOf } from '../src/diagnostics/diagnostic.ts';
import { type Code, kinds } from '../src/diagnostics/kinds.ts';
import { error } from '../src/diagnostics/make.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { loadTarget } from '../src/target/load.ts';
import { verify } from '../src/verify/verify.ts';
import { exactTarget, loaded } from './chip/bench.ts';
import { matMulModel } from './lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from './support/build.ts';
import { inputs, memoryData, withTiny } from './verify/tiny.ts';

const source = readdirSync('src/diagnostics')
  .map((file) => readFileSync(join('src/diagnostics', file), 'utf8'))
  .join('');
const listed = [
  ...source.matchAll(/^export const (\w+) = \([\s\S]*?\b(error|warning)\(\s*'([a-z-]+\/[a-z-]+)'/gm),
].map(([, name, severity, code]) => ({ name: name!, severity: severity!, code: code! }));
const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && file !== 'diagnostics.test.ts')
  .map((file) => readFileSync(join('test', file), 'utf8'));

/** Codes that are provoked below. */
const here = ['target/not-found', 'chip/wrong-package', 'verify/known-answer'];

describe('the list of diagnostics', () => {
  it('is read whole', () => {
    expect(listed.map((d) => d.name)).toEqual(
      [...source.matchAll(/^export const (\w+) = \(/gm)].map((match) => match[1]),
    );
  });

  it('has one code for one constructor', () => {
    const codes = listed.map((d) => d.code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('has kinds with an exit code each, and each stage in one of them', () => {
    const exits = Object.values(kinds).map(({ exit }) => exit);
    expect(new Set(exits).size).toBe(exits.length);
    for (const exit of exits) expect([0, 1, 70]).not.toContain(exit);
    const stages = Object.values(kinds).flatMap((kind): readonly string[] => kind.stages);
    expect(stages.toSorted()).toEqual([...new Set(listed.map((d) => d.code.split('/')[0]!))].sort());
  });

  it.each(listed.filter((d) => d.severity === 'error'))('$code exits as its kind does', ({ code }) => {
    const own = Object.values(kinds).filter(({ stages }) =>
      stages.some((stage) => code.startsWith(`${stage}/`)),
    );
    expect(own.map(({ exit }) => exit)).toEqual([exitCodeOf([error(code as Code, 'here', ['wrong'])])]);
  });

  it.each(listed)('$code is provoked by a test', ({ name, code }) => {
    const pattern = new RegExp(`${code.replace('/', '\\\\?/')}(?![a-z-])|\\b${name}\\b`);
    expect(here.includes(code) || tests.some((text) => pattern.test(text))).toBe(true);
  });

  it('errors of one kind share its exit code; kinds that meet exit with 1; warnings do not count', () => {
    expect(exitCodeOf([targetMissing('t.yaml', 'a'), targetUnit('t.yaml', 'b', 'no unit')])).toBe(20);
    expect(exitCodeOf([targetMissing('t.yaml', 'a'), optionInvalid('o', 'x')])).toBe(1);
    expect(
      exitCodeOf([boundNotMet('--max-drop', '2'), { ...wrongModel('m', 'a', 'b'), severity: 'warning' }]),
    ).toBe(50);
  });
});

async function codesOf(promise: Promise<unknown>): Promise<string[]> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  return error instanceof DiagnosticError ? error.diagnostics.map((d) => d.code) : [];
}

describe('provoked', () => {
  it('target/not-found', async () => {
    expect(await codesOf(loadTarget('no-such-chip'))).toEqual(['target/not-found']);
  });

  it('chip/wrong-package', async () => {
    const target = loaded(exactTarget);
    const build = async <T>(columns: number, use: Parameters<typeof withPackage<T>>[1]) => {
      const model = modelOf(matMulModel([2], 4, columns));
      return withPackage(await compileModel(model, target, [drawFeeds(model.graph.inputs, 1)]), use);
    };
    const chip = await build(3, (pkg) => programPackage(pkg, target));
    expect(await build(4, (pkg) => codesOf(simulate(pkg, chip)))).toEqual(['chip/wrong-package']);
  });

  it('verify/known-answer, a warning of the report', async () => {
    const samples = inputs(8);
    await withTiny('ideal', memoryData(samples.slice(0, 4), undefined), async (pkg, model) => {
      const [name, answer] = Object.entries(pkg.manifest.knownAnswers).at(-1)!;
      const wrong = { ...answer, values: answer.values.map((v) => v * 1.1 + 1) };
      const manifest = { ...pkg.manifest, knownAnswers: { ...pkg.manifest.knownAnswers, [name]: wrong } };
      const data = memoryData(samples.slice(4), undefined);
      expect((await verify(pkg, model, data)).warnings).toEqual([]);
      const { warnings } = await verify({ ...pkg, manifest }, model, data);
      expect(warnings.map((w) => w.code)).toEqual(['verify/known-answer']);
    });
  });
});
