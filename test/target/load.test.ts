import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError, exitCodeOf } from '../../src/diagnostics/diagnostic.ts';
import { loadTarget } from '../../src/target/load.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-target-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Saves a bundled target with some text replaced, and returns its path. */
async function changed(name: string, ...edits: readonly (readonly [string, string])[]): Promise<string> {
  let text = await readFile(`targets/${name}.yaml`, 'utf8');
  for (const [from, to] of edits) {
    expect(text, `'${from}' in ${name}`).toContain(from);
    text = text.replace(from, to);
  }
  const path = join(folder, `${name}-${Math.random().toString(36).slice(2)}.yaml`);
  await writeFile(path, text);
  return path;
}

/** The problems of a target, as `code place` lines without the folder. */
async function problemsOf(path: string, overrides: readonly string[] = []): Promise<readonly string[]> {
  const error: unknown = await loadTarget(path, overrides).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics.map((d) => `${d.code} ${d.at.replace(path, 'file')}: ${d.message}`);
}

const block = (key: string, value: string) => `  ${key}:\n    value: ${value}\n`;

describe('a target file', () => {
  test('with a wrong unit names file, line, field and unit', async () => {
    const path = await changed('ideal', [block('gMax', '127 S'), block('gMax', '127 V')]);
    const [problem, ...more] = await problemsOf(path);
    expect(more).toEqual([]);
    const line = (await readFile(path, 'utf8')).split('\n').findIndex((l) => l.includes('127 V')) + 1;
    expect(problem).toBe(`target/unit file:${line}: cell.gMax: '127 V' is not a quantity in S`);
    expect(exitCodeOf(await diagnosticsOf(path))).toBe(20);
  });

  test('without a unit is a unit problem too', async () => {
    const path = await changed('ideal', [block('gMax', '127 S'), block('gMax', '127')]);
    expect((await problemsOf(path))[0]).toMatch(/^target\/unit file:\d+: cell\.gMax: '127' is not/);
  });

  test('reports all problems at once', async () => {
    const path = await changed(
      'ideal',
      [block('rows', '256'), block('rows', '2.5')],
      [block('gMin', '0 S'), block('gMin', '-1 S')],
      [block('encoding', 'differential'), block('encoding', 'diferential')],
      ['  levels:\n', '  level:\n'],
      ['source: inputs enter bit by bit', 'source: ""'],
      [block('convert', 'pair'), `${block('convert', 'pair')}    note: unused\n`],
    );
    const problems = await problemsOf(path);
    const strip = problems.map((p) => p.replace(/file(:\d+)?/, 'file'));
    expect(strip.sort()).toEqual(
      [
        'target/invalid file: array.rows: this must be a whole number',
        'target/invalid file: cell.gMin: this must be at least 0 S',
        'target/invalid file: cell.encoding: this must be one of auto, differential, offset',
        'target/invalid file: cell.level: there is no such field, and nothing would use it',
        'target/invalid file: driver.bits.source: this must not be empty',
        'target/invalid file: adc.convert.note: there is no such field, and nothing would use it',
      ].sort(),
    );
    expect(exitCodeOf(await diagnosticsOf(path))).toBe(20);
  });

  test('with an unknown field suggests the known one', async () => {
    const path = await changed('ideal', ['  levels:\n', '  level:\n']);
    const unknown = (await diagnosticsOf(path)).find((d) => d.at.endsWith('cell.level'));
    expect(unknown?.notes[0]).toBe("Did you mean 'cell.levels'?");
  });

  test('whose leaf has another form says how leaves are written', async () => {
    const path = await changed('ideal', [block('rows', '256'), '  rows:\n    number: 256\n']);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/( {2}rows:\n {4}number: 256\n) {4}from: .*\n {4}source: .*\n/, '$1'));
    expect(await problemsOf(path)).toEqual([
      'target/invalid file:9: array.rows: a field is written as its value alone, or as { value, from, source }',
    ]);
  });

  test('with an unknown scheme is still checked elsewhere', async () => {
    const path = await changed(
      'ideal',
      [block('scheme', 'exact'), block('scheme', 'magic')],
      [block('rows', '256'), block('rows', '0')],
    );
    const problems = (await problemsOf(path)).map((p) => p.replace(/:\d+:/, ':'));
    expect(problems).toEqual([
      'target/invalid file: array.rows: this must be at least 1',
      'target/invalid file: programming.scheme: this must be one of exact, write-verify, error-law, pulse-verify, feedforward, parallel-update, denoise, transfer',
    ]);
  });

  test.each([
    ['an empty file', ''],
    ['a list', '- 1\n- 2\n'],
    ['a word', 'hello\n'],
  ])('that is %s is no target', async (_, text) => {
    const path = join(folder, 'other.yaml');
    await writeFile(path, text);
    expect((await problemsOf(path)).length).toBeGreaterThan(0);
  });

  test('that is not YAML names line and column', async () => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, 'name: x\ntitle: [1, 2\narray: }\n');
    expect((await problemsOf(path))[0]).toMatch(/^target\/invalid file:\d+: column \d+: this is not YAML/);
  });

  test('that does not exist is not found', async () => {
    expect(await problemsOf(join(folder, 'nosuch.yaml'))).toEqual([
      expect.stringMatching(/^target\/not-found/),
    ]);
    expect(await problemsOf(folder)).toEqual([expect.stringMatching(/^target\/not-found/)]);
  });
});

async function diagnosticsOf(path: string) {
  const error: unknown = await loadTarget(path).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.diagnostics;
}

describe('fields must fit together', () => {
  test.each([
    ['ideal', ['cell.gUseMin=127 S'], 'this must lie above cell.gUseMin'],
    ['ideal', ['cell.gUseMax=128 S'], 'this lies above cell.gMax, 127 S'],
    ['ideal', ['cell.gMin=1 S'], 'this lies below cell.gMin, 1 S'],
    ['ideal', ['driver.rowsAtOnce=257'], 'the array has 256 rows'],
    ['ideal', ['array.columns=255'], 'differential pairs need an even number of columns'],
    ['ideal', ['adc.sharedBy=129'], 'the array has only 128 values to convert'],
    ['leti-fecap-130nm', ['cell.levels=16'], '3 transferred bits give 8 levels'],
    ['leti-fecap-130nm', ['hidden.bits=3'], 'a hidden integer has 2 magnitude bits'],
    ['leti-fecap-130nm', ['hidden.fecapsPerLine=79'], '8 pairs of 10 bits need 80 FeCAPs on a line'],
    ['leti-fecap-130nm', ['cell.encoding=offset'], 'a transfer sets a differential pair'],
  ])('%s with %j', async (name, overrides, message) => {
    expect((await problemsOf(name, overrides)).join('\n')).toContain(message);
  });

  test('errors of converters and drivers are lists and spreads, checked', async () => {
    const leaf = (value: string) => `{ value: ${value}, from: assumed, source: a test }`;
    const sections = (nonlinearity: string, level: string) =>
      [
        `adcErrors:\n  gainSpread: ${leaf('0.01')}\n  offsetSpread: ${leaf('0.5')}\n`,
        `  nonlinearity: ${leaf(nonlinearity)}\n`,
        `driverErrors:\n  gainSpread: ${leaf('0.02')}\n  nonlinearity: ${leaf(level)}\n`,
      ].join('');
    const file = (...of: [string, string]) =>
      changed('ideal', ['\ndriver:\n', `\n${sections(...of)}\ndriver:\n`]);
    const { target } = await loadTarget(await file('[0, 0.5, -0.5]', '[0, 0.1]'));
    expect(target.adcErrors).toEqual({ gainSpread: 0.01, offsetSpread: 0.5, nonlinearity: [0, 0.5, -0.5] });
    expect(target.driverErrors).toEqual({ gainSpread: 0.02, nonlinearity: [0, 0.1] });
    const falling = (await problemsOf(await file('[0, 1e6, 0]', '[1, 0]'))).join('\n');
    expect(falling).toContain('adcErrors.nonlinearity: codes would fall');
    expect(falling).toContain('driverErrors.nonlinearity: this must begin with 0');
    expect((await problemsOf(await file('[0]', '[0, 0]')))[0]).toContain('adcErrors.nonlinearity');
  });

  test('half-select disturb needs cells that are pulsed', async () => {
    const leaf = (value: string) => `{ value: ${value}, from: assumed, source: a test }`;
    const section = `disturb:\n  disturbDrift: ${leaf('-0.005')}\n  spread: ${leaf('0.025')}\n  pulses: ${leaf('1e5')}\n`;
    const with_ = (name: string) => changed(name, ['\ndriver:\n', `\n${section}driver:\n`]);
    const { target } = await loadTarget(await with_('cmo-hfox-130nm'));
    expect(target.disturb).toEqual({ disturbDrift: -0.005, spread: 0.025, pulses: 1e5 });
    expect((await problemsOf(await with_('ideal')))[0]).toContain(
      'disturb: exact cells are programmed without pulses',
    );
    expect((await problemsOf(await with_('leti-fecap-130nm')))[0]).toContain('disturb: the transistors');
  });

  test('hidden planes exist only with a transfer', async () => {
    const leti = await readFile('targets/leti-fecap-130nm.yaml', 'utf8');
    const plane = /^hidden:\n(?: {2}.*\n)+/m.exec(leti)![0];
    const with_ = await changed('ideal', ['\ndriver:\n', `\n${plane}\ndriver:\n`]);
    expect((await problemsOf(with_))[0]).toMatch(
      /hidden: hidden planes exist only where programming.scheme is transfer/,
    );
    const without = await changed('leti-fecap-130nm', [plane, '']);
    expect(await problemsOf(without)).toEqual([
      expect.stringMatching(/^target\/missing-field file: hidden: /),
    ]);
  });
});

describe('laws of programming', () => {
  const pulsed = 'test/support/pulse-verify.yaml';
  const diagnosed = async (target: string, set: readonly string[]) => {
    const error: unknown = await loadTarget(target, set).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map((d) => `${d.code} ${d.message}`).join('\n');
  };

  test('a level outside the range of its law', async () => {
    const path = await changed('pcm-256', [
      'value: 25 uS\n    from: source\n    source: >-\n      CrossSim',
      'value: 24 uS\n    from: source\n    source: >-\n      CrossSim',
    ]);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/(validTo:\n +value:) 25 uS/, '$1 20 uS'));
    const error: unknown = await loadTarget(path).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    expect(error.diagnostics.map((d) => d.code)).toEqual(['target/law-range']);
    expect(error.diagnostics[0]!.at).toMatch(/cell\.gUseMax$/);
    expect(exitCodeOf(error.diagnostics)).toBe(20);
    expect(await diagnosed('pcm-256', ['cell.gUseMax=26 uS'])).toContain('fitted from 0 S to 25 uS');
  });

  test.each([
    ['pcm-256', ['programming.sigma=[0.1, -0.02]'], 'sigma is negative'],
    ['isaac-128', ['adc.convert=pair'], 'columns are converted one by one (adc.convert=column)'],
    ['isaac-128', ['cell.encoding=differential'], 'weights lie beside a reference'],
    ['pcm-256', ['programming.sigma=[]'], 'this must be a list of numbers'],
    ['pcm-256', ['programming.sigma=0.1'], 'this must be a list of numbers'],
    ['pcm-256', ['programming.validFrom=25 uS'], 'this must lie above validFrom, 25 uS'],
    ['pcm-256', ['programming.distribution=cauchy'], 'this must be one of normal, log-normal, uniform'],
    [pulsed, ['programming.pulse.gammaUp=1'], 'the model soft-bounds has no such parameter'],
    [pulsed, ['programming.pulse.model=PCM'], 'the preset PCM has all parameters'],
    [pulsed, ['programming.pulse.model=linear-step'], 'target/missing-field'],
    [pulsed, ['programming.pulse.model=cmo-hfox'], 'target/law-range'],
    [
      pulsed,
      ['programming.pulse.model=cmo-hfox'],
      'the compact model holds for its own pulses, not for higher ones',
    ],
    [pulsed, ['faults.stuckLow=0.6', 'faults.stuckHigh=0.5'], 'more than all cells would be stuck'],
    [pulsed, ['faults.spent=1000000'], 'no pulse is left'],
    ['ideal', ['faults.stuckLow=0.01'], 'target/missing-field this field is missing'],
  ])('%s with %j', async (name, overrides, message) => {
    expect(await diagnosed(name, overrides)).toContain(message);
  });

  test('coefficients in uS become SI units, from a file and from a flag', async () => {
    const { target } = await loadTarget('pcm-256', ['programming.sigma=[0.5, 0.01, 2e-3]']);
    expect(target.programming).toMatchObject({ sigma: [0.5e-6, 0.01, 2e3] });
    const small = await loadTarget('pcm-256', ['programming.sigma=[0.5, 1e-7, 5e-9]']);
    expect(small.target.programming).toMatchObject({ sigma: [0.5e-6, 1e-7, 5e-3] });
    const plain = await loadTarget('pcm-256');
    expect(plain.target.programming).toMatchObject({ sigma: [0.28639e-6, 0.07586, -1787.7] });
    expect(plain.provenance.find((p) => p.field === 'programming.sigma')?.text).toBe(
      '0.28639, 0.07586, -0.0017877',
    );
  });

  test('a section can be given by flags alone', async () => {
    const set = ['stuckLow=0.01', 'stuckHigh=0', 'endurance=1e8', 'spent=0'].map((text) => `faults.${text}`);
    const { target, provenance } = await loadTarget('ideal', set);
    expect(target.faults).toEqual({ stuckLow: 0.01, stuckHigh: 0, endurance: 1e8, spent: 0 });
    expect(provenance.filter((p) => p.from === 'override')).toHaveLength(4);
  });
});

describe('overrides', () => {
  test('change values, provenance and fingerprint', async () => {
    const plain = await loadTarget('tetramem-256-6bit');
    const set = await loadTarget('tetramem-256-6bit', [
      'adc.bits=6',
      'cell.gUseMax = 100 uS',
      'adc.convert=column',
    ]);
    expect(set.target.adc).toEqual({ ...plain.target.adc, bits: 6, convert: 'column' });
    expect(set.target.cell.gUseMax).toBe(100e-6);
    expect(set.overrides).toEqual(['adc.bits=6', 'cell.gUseMax = 100 uS', 'adc.convert=column']);
    expect(set.provenance.find((p) => p.field === 'cell.gUseMax')).toEqual({
      field: 'cell.gUseMax',
      text: '100 uS',
      from: 'override',
      source: '--set cell.gUseMax = 100 uS',
    });
    expect(set.provenance.map((p) => p.field)).toEqual(plain.provenance.map((p) => p.field));
    expect(set.fingerprint).not.toBe(plain.fingerprint);
  });

  test('can supply what a file lacks', async () => {
    const path = await changed('ideal', [block('rows', '256'), block('rows', '')]);
    expect((await loadTarget(path, ['array.rows=256'])).target.array.rows).toBe(256);
  });

  test.each([
    ['adc.bit=6', "the target has no field 'adc.bit'"],
    ['name=other', "the target has no field 'name'"],
    ['hidden.bits=8', "the target has no field 'hidden.bits'"],
    ['programming.scheme=transfer', 'the scheme of programming cannot be overridden'],
    ['adc.bits', 'this is not FIELD=VALUE'],
    ['adc.bits=', 'this is not FIELD=VALUE'],
    ['=6', 'this is not FIELD=VALUE'],
    ['adc.bits=six', 'this must be a number'],
    ['adc.bits=99', 'this must be at most 16'],
    ['cell.gUseMax=100', "'100' is not a quantity in S"],
    ['cell.gUseMax=100 V', "'100 V' is not a quantity in S"],
    ['driver.rowsAtOnce=512', 'the array has 256 rows'],
    ['__proto__.x=1', "the target has no field '__proto__.x'"],
  ])('%s is an error at the flag', async (text, message) => {
    expect(await problemsOf('ideal', [text])).toEqual([`options/invalid --set ${text}: ${message}`]);
  });

  test('a misspelt field lists near names', async () => {
    const error: unknown = await loadTarget('ideal', ['adc.bit=6']).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect(String(error)).toContain("Did you mean 'adc.bits'");
  });
});

describe('numbers that no device has', () => {
  test.each([
    ['cell.gMax=1e308 S', 'this must be at most 1e+30 S'],
    ['cell.gMax=1e-300 S', 'this must be 0 or at least 1e-30 S'],
    ['adc.energy=1e-320 J', 'this must be 0 or at least 1e-30 J'],
    ['cell.gMax=1e400 S', "'1e400 S' is not a quantity in S"],
    ['adc.bits=Infinity', 'this must be a number'],
  ])('--set %s', async (override, reason) => {
    const problems = await loadTarget('tetramem-256-6bit', [override]).then(
      () => [],
      (error: unknown) => (error instanceof DiagnosticError ? error.diagnostics : []),
    );
    expect(problems.map(({ code, at, message }) => [code, at, message])).toContainEqual([
      'options/invalid',
      `--set ${override}`,
      expect.stringContaining(reason),
    ]);
  });
});
