import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundledTargets, loadTarget, targetFingerprint } from '../src/load-target.ts';
import { type LoadedTarget, levelStepOf } from '../src/target.ts';
import { targetFields, targetJsonSchema } from '../src/target-schema.ts';

const loaded = new Map<string, LoadedTarget>();
beforeAll(async () => {
  for (const name of await bundledTargets()) loaded.set(name, await loadTarget(name));
});
const get = (name: string) => loaded.get(name)!;
const originOf = (name: string, field: string) => get(name).provenance.find((p) => p.field === field)!;

test('four targets are bundled, each under its own name', () => {
  expect([...loaded.keys()]).toEqual(['ideal', 'leti-fecap-130nm', 'tetramem-256', 'tetramem-256-6bit']);
  for (const [name, { target }] of loaded) expect(target.name).toBe(name);
});

test('every field has an origin, in the order of the schema', () => {
  for (const { target, provenance } of loaded.values()) {
    expect(provenance.map((p) => p.field)).toEqual(
      targetFields(target.programming.scheme).map((f) => f.field),
    );
    for (const { source } of provenance) expect(source.length).toBeGreaterThan(3);
  }
});

test('a path and a name load the same target', async () => {
  expect(await loadTarget('targets/ideal.yaml')).toEqual(get('ideal'));
});

test('the fingerprint depends on values alone', () => {
  const { target, fingerprint } = get('ideal');
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(targetFingerprint({ ...target, name: 'other', title: 'Other' })).toBe(fingerprint);
  expect(targetFingerprint({ ...target, adc: { ...target.adc, bits: 15 } })).not.toBe(fingerprint);
  const reversed = Object.fromEntries(Object.entries(target.cell).reverse()) as typeof target.cell;
  expect(targetFingerprint({ ...target, cell: reversed })).toBe(fingerprint);
  expect(new Set([...loaded.values()].map((l) => l.fingerprint)).size).toBe(loaded.size);
});

describe('ideal', () => {
  test('has whole level steps and a lossless converter', () => {
    const { cell, array, adc } = get('ideal').target;
    expect(levelStepOf(cell)).toBe(1);
    expect(cell.gUseMin).toBe(0);
    expect(array.rows * (cell.levels - 1)).toBeLessThan(2 ** (adc.bits - 1));
  });
});

describe('tetramem', () => {
  test('the published staircase of 2,048 levels is 2 uS apart and its error half of that', () => {
    const { cell, programming } = get('tetramem-256').target;
    expect(levelStepOf(cell)).toBeCloseTo(2e-6, 12);
    expect(programming).toMatchObject({ scheme: 'write-verify', tolerance: 1e-6 });
  });

  test('at 6 bits neighbouring levels stand six assumed tolerances apart', () => {
    const { cell, programming } = get('tetramem-256-6bit').target;
    expect(cell.levels).toBe(64);
    if (programming.scheme !== 'write-verify') throw new Error('write-verify expected');
    expect(levelStepOf(cell) / programming.tolerance).toBeCloseTo(6, 1);
    expect(originOf('tetramem-256-6bit', 'programming.tolerance').from).toBe('assumed');
  });

  test('what one device off chip showed is marked as extrapolated', () => {
    expect(get('tetramem-256').target.title).toContain('extrapolated from one device');
    const fields = ['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax'];
    const steps = ['tolerance', 'maxPulses', 'stepGain', 'minStep', 'readNoise'].map(
      (f) => `programming.${f}`,
    );
    for (const field of [...fields, ...steps]) {
      expect(originOf('tetramem-256', field).source, field).toMatch(
        /extrapolated .*to every cell of an array/,
      );
    }
  });
});

describe('leti-fecap-130nm', () => {
  test('has the numbers of its chip', () => {
    const { array, hidden, cell } = get('leti-fecap-130nm').target;
    expect(array.rows * array.columns).toBe(2048);
    expect(array.rows * hidden!.fecapsPerLine).toBe(16384);
    expect(hidden).toMatchObject({ bits: 10, transferBits: 3, window: 0.36, writeEnergy: 100e-15 });
    expect(cell.levels).toBe(8);
  });

  test('the spread of the window puts the expected worst of 16,384 FeCAPs at 120 mV', () => {
    const { window, windowSpread } = get('leti-fecap-130nm').target.hidden!;
    expect(window + windowSpread * expectedMinimum(16384)).toBeCloseTo(0.12, 3);
  });

  test('conductances and spreads are assumed', () => {
    for (const field of [
      'cell.gMin',
      'cell.gMax',
      'programming.cycleToCycle',
      'hidden.chargeSpread',
      'adc.bits',
    ]) {
      expect(originOf('leti-fecap-130nm', field).from, field).toBe('assumed');
    }
  });
});

/** Expected minimum of n standard normal values: the integral of -x n phi(x) Phi(x)^(n - 1), by the midpoint rule. */
function expectedMinimum(n: number): number {
  const step = 1e-3;
  let below = 0;
  let mean = 0;
  for (let x = -9 + step / 2; x < 9; x += step) {
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    mean += x * n * density * (below + (density * step) / 2) ** (n - 1) * step;
    below += density * step;
  }
  return -mean;
}

test('docs/targets.md has every field with its unit and meaning', async () => {
  const text = await readFile('docs/targets.md', 'utf8');
  const lines = new Set(text.split('\n'));
  for (const scheme of ['exact', 'write-verify', 'transfer'] as const) {
    for (const { field, unit, description } of targetFields(scheme)) {
      expect(lines, field).toContain(`| \`${field}\` | ${unit || '-'} | ${description} |`);
    }
  }
});

test('the published JSON Schema names every field and is plain JSON', () => {
  const text = JSON.stringify(targetJsonSchema());
  expect(JSON.parse(text)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  for (const { field, description } of targetFields('transfer')) {
    expect(text).toContain(JSON.stringify(field.slice(field.lastIndexOf('.') + 1)));
    expect(text).toContain(JSON.stringify(description));
  }
});
