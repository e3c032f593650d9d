import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { polynomial } from '../../src/math/polynomial.ts';
import { levelSigma } from '../../src/schemes/level-sigma.ts';
import { schemes } from '../../src/schemes/models.ts';
import { levelConductance, levelStepOf } from '../../src/target/cell.ts';
import { bundledTargets, loadTarget, targetFingerprint } from '../../src/target/load.ts';
import { fieldsOfTarget, targetFields, targetJsonSchema } from '../../src/target/schema.ts';
import type { LoadedTarget } from '../../src/target/target.ts';

const loaded = new Map<string, LoadedTarget>();
beforeAll(async () => {
  for (const name of await bundledTargets()) loaded.set(name, await loadTarget(name));
});
const get = (name: string) => loaded.get(name)!;
const originOf = (name: string, field: string) => get(name).provenance.find((p) => p.field === field)!;

test('targets are bundled, each under its own name', () => {
  expect([...loaded.keys()]).toEqual([
    'cmo-hfox-130nm',
    'cmo-hfox-130nm-2pct',
    'cmo-hfox-350nm',
    'ideal',
    'isaac-128',
    'leti-fecap-130nm',
    'pcm-256',
    'tetramem-256',
    'tetramem-256-6bit',
    'tetramem-256-denoised',
    'tio2-feedforward',
  ]);
  for (const [name, { target }] of loaded) expect(target.name).toBe(name);
});

test('every field has an origin, in the order of the schema', () => {
  for (const { target, provenance } of loaded.values()) {
    expect(provenance.map((p) => p.field)).toEqual(fieldsOfTarget(target).map((f) => f.field));
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

describe('error laws', () => {
  const sigmaAt = (name: string, micro: number) => {
    const { programming } = get(name).target;
    if (programming.scheme !== 'error-law') throw new Error('error-law expected');
    return polynomial(programming.sigma, micro * 1e-6) * 1e6;
  };

  test('are those of the sources, in uS', () => {
    for (const g of [9, 50, 88.19]) {
      expect(sigmaAt('cmo-hfox-130nm', g)).toBeCloseTo(0.00106879 * g + 0.00081107, 9);
      expect(sigmaAt('cmo-hfox-130nm-2pct', g)).toBeCloseTo(0.01129027 * g + 0.01121854, 9);
    }
    for (const g of [0, 10, 25])
      expect(sigmaAt('pcm-256', g)).toBeCloseTo(0.28639 + 0.07586 * g - 0.0017877 * g * g, 9);
  });

  test('the two CMO/HfOx chips differ by how they are written alone', () => {
    const [fine, coarse] = ['cmo-hfox-130nm', 'cmo-hfox-130nm-2pct'].map((name) => get(name).target);
    for (const field of ['array', 'cell', 'driver', 'adc', 'slices', 'faults'] as const)
      expect(coarse![field]).toEqual(fine![field]);
    expect(fine!.programming).toMatchObject({ pulses: 89 });
    expect(coarse!.programming).toMatchObject({ pulses: 11 });
  });
});

test('the levels of tio2-feedforward stand six standard deviations apart at a ratio of 1.19', () => {
  const { target } = get('tio2-feedforward');
  const { cell } = target;
  expect(cell.gUseMax / cell.gUseMin).toBeCloseTo(1.19, 4);
  expect(cell.levels).toBe(512);
  for (let code = 0; code < 512; code++)
    expect(levelStepOf(cell) / levelSigma(target, levelConductance(cell, code))).toBeGreaterThan(6);
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
  for (const scheme of schemes()) {
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
