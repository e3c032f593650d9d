import { describe, expect, test } from 'vitest';
import { writeSchedule } from '../../passes/program/write-schedule.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { readArrays } from '../../src/chip/read.ts';
import { checkTime } from '../../src/chip/read-conditions.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { hostGraph } from '../../src/package/host.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { type Scheme, schemeOf, schemes } from '../../src/schemes/models.ts';
import { effectsOf, notModelled, type StoredLayer } from '../../src/target/effects.ts';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import { fieldsOfTarget } from '../../src/target/schema.ts';
import type { LoadedTarget, Target } from '../../src/target/target.ts';
import { cmoNoise, cmoRelaxation, ohmWires, pcmDrift, pcmNoise } from '../support/reading-laws.ts';
import { inputs, memoryData, tinyModel } from '../verify/tiny.ts';

/** A copy of `node` that notes the path of every plain value that is read. */
function recording<T extends object>(node: T, reads: Set<string>, path = ''): T {
  return new Proxy(node, {
    get(from, key) {
      const value: unknown = Reflect.get(from, key);
      if (typeof key === 'symbol') return value;
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return recording(value, reads, `${path}${key}.`);
      reads.add(`${path}${key}`);
      return value;
    },
  });
}

/** What compiling a small model, writing its bitstream and digital program, and programming a chip read of a target. */
async function fieldsRead(loaded: LoadedTarget): Promise<Set<string>> {
  const reads = new Set<string>();
  const target = recording(loaded.target, reads);
  const model = tinyModel();
  const data = memoryData(inputs(8), undefined);
  const samples = spreadSamples(data, fedInputs(model.graph, model.file), 8);
  // Another window would be a copy of all fields of a cell, which reads each.
  const options = parseOptions({ wireCorrection: 'none' });
  const { graph, mapping, converters } = await compile(model, { ...loaded, target }, options, {
    kind: 'samples',
    samples,
  });
  hostGraph(graph, mapping, converters, target);
  const { rows, columns } = loaded.target.array;
  const header = {
    target: loaded.target.name,
    fingerprint: loaded.fingerprint,
    rows,
    columns,
    levels: loaded.target.cell.levels,
    hiddenBits: loaded.target.hidden?.bits ?? 0,
    updates: schemeOf(loaded.target).updates,
    arrays: mapping.arrays,
  };
  const programs = writeSchedule.run(mapping, { converters, target });
  const chip = await executeBitstream(
    header,
    programs,
    { target, fingerprint: loaded.fingerprint },
    { seed: 1, bitstream: '' },
  );
  checkTime(target, 10);
  await readArrays(chip, target, { at: 10 });
  return reads;
}

const targetOf: Record<Scheme, string> = {
  exact: 'ideal',
  'write-verify': 'tetramem-256-6bit',
  'error-law': 'cmo-hfox-130nm',
  'pulse-verify': 'test/support/pulse-verify.yaml',
  feedforward: 'tio2-feedforward',
  'parallel-update': 'cmo-hfox-350nm',
  denoise: 'tetramem-256-denoised',
  transfer: 'leti-fecap-130nm',
};

/** All that may happen between programming and reading. */
const everySection: Partial<Target> = {
  relaxation: cmoRelaxation,
  drift: pcmDrift,
  readDisturb: { change: 1e-9, towards: 'low', interval: 1e-6 },
  telegraph: { share: 0.5, amplitude: 0.1, dwellHigh: 1, dwellLow: 1 },
  traps: { perCell: 1, amplitude: 1e-6, dwellShortest: 1, dwellLongest: 2 },
  flicker: { amplitude: 0.1, shortest: 1e-3, longest: 1 },
  readNoise: { sigma: [1e-6] },
  logNoise: cmoNoise,
  powerNoise: pcmNoise,
  wires: ohmWires,
  adcErrors: { gainSpread: 0.01, offsetSpread: 1, nonlinearity: [0, 0.5, 0] },
  driverErrors: { gainSpread: 0.01, nonlinearity: [0, 0] },
};

/** Fields of a scheme that mean nothing to it: what an exact cell could be programmed to beyond its levels. */
const idle: Record<Scheme, readonly string[]> = {
  exact: ['cell.gMax'],
  'write-verify': [],
  // They bound the levels, which the target check compares.
  'error-law': ['programming.validFrom', 'programming.validTo'],
  'pulse-verify': [],
  feedforward: [],
  // The target waits for no relaxation, and has no slow cells.
  'parallel-update': ['relaxShift', 'relaxSpread', 'slowGain'].map((field) => `programming.${field}`),
  denoise: [],
  // They tell what the window and a digit step are made of: `targets staircase` reads them.
  transfer: [
    ...['threshold', 'transconductance', 'contactVoltage', 'compliance', 'setVoltage', 'formVoltage'].map(
      (field) => `programming.access.${field}`,
    ),
    ...['remanence', 'permittivity', 'side', 'lineCapacitance'].map((field) => `hidden.film.${field}`),
  ],
};

describe('every field of a target is consumed', () => {
  test.each(schemes())('%s', async (scheme) => {
    const loaded = await loadTarget(targetOf[scheme]);
    expect(loaded.target.programming.scheme).toBe(scheme);
    const reads = await fieldsRead(loaded);
    const unread = fieldsOfTarget(loaded.target)
      .map(({ field }) => field)
      // No chip reads what its circuits take: costs do.
      .filter((field) => !reads.has(field) && !field.startsWith('circuits.'));
    expect(unread).toEqual(idle[scheme]);
  });

  test('optional sections, up to the reading', async () => {
    const { target, ...rest } = await loadTarget('ideal');
    const cell = { ...target.cell, gMax: 127e-6, gUseMin: 1e-6, gUseMax: 127e-6 };
    const whole: Target = { ...target, cell, ...everySection };
    const reads = await fieldsRead({ ...rest, target: whole });
    const unread = fieldsOfTarget(whole)
      .map(({ field }) => field)
      .filter((field) => ![...reads].some((read) => read === field || read.startsWith(`${field}.`)));
    expect(unread).toEqual(idle.exact);
    const named = effectsOf(whole, true).flatMap(({ parameters }) => Object.keys(parameters));
    for (const section of Object.keys(everySection)) {
      const fields = fieldsOfTarget(whole).filter(({ field }) => field.startsWith(`${section}.`));
      expect(fields.length).toBeGreaterThan(0);
      for (const { field } of fields) expect(named).toContain(field);
    }
  });

  test('the recording sees no field that is not read', () => {
    const reads = new Set<string>();
    const target = recording({ adc: { bits: 8, time: 1 } }, reads);
    expect(target.adc.bits).toBe(8);
    expect([...reads]).toEqual(['adc.bits']);
  });
});

describe('effects', () => {
  test('name every field that changes the results of an inference', async () => {
    // Times, energies and counts of arrays change what it costs, and nothing else; the last two kinds tell what the
    // window and a digit step are made of.
    const cost =
      /^circuits\.|Time$|Energy$|^adc\.(time|energy|sharedBy)$|^array\.|^programming\.scheme$|fecapsPerLine|wakeUpCycles|^programming\.access\.|^hidden\.film\.(remanence|permittivity|side|lineCapacitance)$/;
    for (const name of [...(await bundledTargets()), targetOf['pulse-verify']]) {
      const { target } = await loadTarget(name);
      const named = effectsOf(target, true).flatMap(({ parameters }) => Object.keys(parameters));
      const missing = fieldsOfTarget(target)
        .map(({ field }) => field)
        .filter(
          (field) =>
            !cost.test(field) && !named.includes(field) && !named.includes(field.replace('programming.', '')),
        );
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  });

  test('are switched off where their size is zero', async () => {
    const applied = async (name: string, set: readonly string[] = [], calibrated = true) =>
      effectsOf((await loadTarget(name, set)).target, calibrated)
        .filter((e) => e.applied)
        .map((e) => e.name);
    const all = await applied('tetramem-256-6bit');
    const quiet = await applied(
      'tetramem-256-6bit',
      ['programming.unresponsive=0', 'programming.resetSpread=0 S'],
      false,
    );
    expect(all.filter((name) => !quiet.includes(name))).toEqual([
      'unresponsive cells',
      'spread after RESET',
      'calibration on the programmed chip',
    ]);
    expect(await applied('ideal')).not.toContain('programming error');
    expect(await applied('leti-fecap-130nm', ['hidden.lineNoise=0'])).not.toContain('transfer line noise');
    expect(await applied('leti-fecap-130nm', ['cell.unused=reset'])).toContain('cells that no weight uses');
  });

  test('list how weights are stored where layers have several parts', async () => {
    const { target } = await loadTarget('tetramem-256-6bit');
    const added = (layers: readonly StoredLayer[]) => {
      const plain = effectsOf(target, true).map((e) => e.name);
      return effectsOf(target, true, layers)
        .filter((e) => !plain.includes(e.name))
        .map((e) => [e.name, e.applied, e.parameters]);
    };
    const once = { copies: 1, repeats: 1, residual: false };
    expect(added([once, once])).toEqual([]);
    expect(added([once, { ...once, copies: 2, residual: true }, { ...once, copies: 4, repeats: 7 }])).toEqual(
      [
        ['averaged copies', true, { layers: '2 of 3', copies: '2, 4' }],
        ['repeated rows', true, { layers: '1 of 3', repeats: '7' }],
        ['residual slicing', true, { layers: '1 of 3' }],
      ],
    );
    expect(added([once, { ...once, copies: 2, digitsPerOne: 1 }, { ...once, copies: 2 }])).toEqual([
      ['averaged copies', true, { layers: '2 of 3', copies: '2', 'finer integers': '1 of 3' }],
    ]);
  });

  test('have parameters in units', async () => {
    const effects = effectsOf((await loadTarget('leti-fecap-130nm')).target, true);
    const of = (name: string) => effects.find((e) => e.name === name)?.parameters;
    expect(of('sign sensing')).toEqual({
      'hidden.window': '360 mV',
      'hidden.windowSpread': '60.4 mV',
      'hidden.senseOffset': '10 mV',
    });
    expect(of('level quantization')).toMatchObject({ 'level step': '20.7 uS', 'cell.levels': '8' });
  });

  test('say what is not modelled', () => {
    for (const word of ['nonlinear', 'drivers', 'temperature'])
      expect(notModelled.join('; ')).toContain(word);
  });
});
