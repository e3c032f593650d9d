/** `crossloom targets import`: small files of other tools, made by hand, become targets that say where every value is from. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTarget } from '../../src/target/load.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-import-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** Imports a file with this text, and checks the target that it became. */
async function imported(name: string, text: string, ...flags: readonly string[]) {
  await writeFile(at(name), text);
  const output = at('chip.yaml');
  const made = await runCli(['targets', 'import', at(name), '-o', output, '--force', ...flags]);
  expect(made).toMatchObject({ exit: 0, err: '' });
  expect((await runCli(['targets', 'check', output])).exit).toBe(0);
  const { target, provenance } = await loadTarget(output);
  const origins = new Map(provenance.map(({ field, from, source }) => [field, `${from}: ${source}`]));
  return { out: made.out, target, origins };
}

/** The diagnostics of an import that is refused. */
async function refused(
  name: string,
  text: string,
): Promise<readonly { code: string; at: string; message: string }[]> {
  await writeFile(at(name), text);
  const { exit, err } = await runCli(['targets', 'import', at(name), '-o', at('chip.yaml'), '--json']);
  expect(exit).toBe(20);
  expect(existsSync(at('chip.yaml'))).toBe(false);
  return (JSON.parse(err) as { errors: { code: string; at: string; message: string }[] }).errors;
}

describe('CrossSim', () => {
  const error = (enable: boolean, model: string, magnitude: unknown) => ({ enable, model, magnitude });
  const device = {
    cell_bits: 4,
    Rmin: 2000,
    Rmax: 50000,
    infinite_on_off_ratio: false,
    clip_conductance: true,
    programming_error: error(true, 'NormalIndependentDevice', 0.02),
    read_noise: error(true, 'NormalProportionalDevice', 0.01),
    drift_error: error(false, 'IdealDevice', 0),
  };
  const file = (changes: object = {}, core: object = {}) =>
    JSON.stringify({
      core: { style: 1, rows_max: 72, cols_max: 36, weight_bits: 8, ...core },
      simulation: { useGPU: true, gpu_id: 3 },
      xbar: {
        device: { ...device, ...changes },
        array: { Icol_max: 0, parasitics: { enable: true, Rp_row: 0.5, Rp_col: 0.25 } },
        adc: { _match: true, mvm: { model: 'QuantizerADC', bits: 7 } },
        dac: {
          _match: true,
          mvm: { model: 'QuantizerDAC', bits: 8, input_bitslicing: true, signed: true, slice_size: 2 },
        },
      },
    });

  test('window, error laws, wires and periphery, with the field that each rests on', async () => {
    const { target, origins, out } = await imported('cs.json', file());
    expect(target.array).toMatchObject({ rows: 72, columns: 72 });
    expect(target.cell).toMatchObject({
      levels: 16,
      gMin: 20e-6,
      gMax: 500e-6,
      gUseMin: 20e-6,
      gUseMax: 500e-6,
      encoding: 'differential',
    });
    // sigma = 0.02 of 500 uS, whatever the level; a reading 0.01 of its own.
    expect(target.programming).toMatchObject({
      distribution: 'normal',
      sigma: [10e-6],
      validFrom: 20e-6,
      validTo: 500e-6,
    });
    expect(target.readNoise).toEqual({ sigma: [0, 0.01] });
    expect(target.drift).toBeUndefined();
    expect(target.powerNoise).toBeUndefined();
    expect(target.wires).toMatchObject({ rowSegment: 0.5, columnSegment: 0.25 });
    expect(target.driver).toMatchObject({ bits: 2, polarity: 'bipolar', rowsAtOnce: 72 });
    expect(target.adc).toMatchObject({ bits: 7, convert: 'pair' });
    expect(origins.get('array.rows')).toBe('source: cs.json: core.rows_max');
    expect(origins.get('cell.gMax')).toBe('derived: cs.json: xbar.device.Rmin; its inverse');
    expect(origins.get('adc.energy')).toMatch(/^assumed: as of pcm-256 /);
    expect(origins.get('wires.sides')).toMatch(/^assumed: as of /);
    expect(out).toMatch(/^simulation +2 fields +settings of a simulation/m);
  });

  test('without errors cells are exact, and sections that are off are not there', async () => {
    const off = {
      programming_error: error(false, 'IdealDevice', 0),
      read_noise: error(false, 'IdealDevice', 0),
    };
    const { target } = await imported(
      'cs.json',
      file({ ...off, infinite_on_off_ratio: true }, { style: 'OFFSET' }),
    );
    expect(Object.keys(target.programming)).toEqual(['scheme']);
    expect(target.readNoise).toBeUndefined();
    expect(target.cell).toMatchObject({ gMin: 0, encoding: 'offset' });
    expect(target).toMatchObject({ array: { columns: 36 }, adc: { convert: 'column' } });
  });

  test('a uniform error keeps its standard deviation, width / sqrt(12)', async () => {
    const uniform = error(true, 'UniformProportionalDevice', 0.12);
    const { target } = await imported('cs.json', file({ programming_error: uniform }));
    expect(target.programming).toMatchObject({
      distribution: 'uniform',
      sigma: [0, expect.closeTo(0.12 / Math.sqrt(12), 10)],
    });
  });

  test('what a target cannot say is listed, as text and as JSON', async () => {
    const { out } = await imported(
      'cs.json',
      file({
        drift_error: error(true, 'PCMJoshi', 0),
        programming_error: error(true, 'RRAMMilo', 0),
        newer: 5,
      }),
      '--json',
    );
    const { lost, format } = JSON.parse(out) as {
      lost: { field: string; value: string; reason: string }[];
      format: string;
    };
    expect(format).toBe('CrossSim');
    const reasons = new Map(lost.map(({ field, reason }) => [field, reason]));
    expect(reasons.get('xbar.device.drift_error')).toContain('drift');
    expect(reasons.get('xbar.device.programming_error')).toContain('RRAMMilo');
    expect(lost).toContainEqual({
      field: 'xbar.device.newer',
      value: '5',
      reason: 'no field of a target says this',
    });
  });

  test('NaN, wrong types, values beyond a target and missing fields: all at once, and nothing is written', async () => {
    const nan = file({ Rmin: 'Rmin', cell_bits: '4', infinite_on_off_ratio: 1 }).replace(
      '"Rmin":"Rmin"',
      '"Rmin":NaN',
    );
    const found = await refused('cs.json', nan);
    expect(found.map(({ code, at: place }) => [code, place.slice(place.indexOf(': ') + 2)])).toEqual([
      ['target/foreign-value', 'xbar.device.Rmin'],
      ['target/foreign-value', 'xbar.device.infinite_on_off_ratio'],
      ['target/foreign-value', 'xbar.device.cell_bits'],
    ]);
    expect(found[0]!.message).toBe('this must be a number, and is NaN');
    expect((await refused('cs.json', file({ Rmax: undefined })))[0]!.at).toContain('xbar.device.Rmax');
    const [beyond] = await refused('cs.json', file({}, { rows_max: 70000 }));
    expect(beyond).toMatchObject({ code: 'target/foreign-value', message: expect.stringContaining('65535') });
    const [many] = await refused('cs.json', file({}, { rows_max: 60000, cols_max: 20000 }));
    expect(many!.message).toContain('as array.columns of a target: an array has at most');
    expect(many!.at).toContain('core.cols_max');
  });
});

describe('aihwkit', () => {
  const pcm = {
    g_converter: { g_max: 20, g_min: 0, scale_ratio: null },
    g_max: 20,
    prog_coeff: [0.5, 2, -1],
    prog_coeff_g_max_reference: 25,
    t_0: 20,
    t_read: 2.5e-7,
    prog_noise_scale: 1,
    read_noise_scale: 2,
    drift_scale: 0.5,
  };
  const file = (forward: object = {}, noise: unknown = pcm) =>
    JSON.stringify({
      forward: {
        is_perfect: false,
        mv_type: 'ONE_PASS',
        inp_res: 1 / 126,
        out_res: 1 / 254,
        out_noise: 0.06,
        w_noise: 0.02,
        w_noise_type: 'AdditiveConstant',
        ir_drop: 1,
        ir_drop_g_ratio: 100_000,
        ...forward,
      },
      mapping: { max_input_size: 96, max_output_size: 48, digital_bias: true },
      noise_model: noise,
      update: { desired_bl: 31 },
    });

  test('tiles, bits, the law of phase-change cells, weight noise and wires', async () => {
    const { target, origins, out } = await imported('rpu.json', file());
    expect(target.array).toMatchObject({ rows: 96, columns: 96 });
    expect(target.driver).toMatchObject({ bits: 6, polarity: 'bipolar' });
    expect(target.adc).toMatchObject({ bits: 8, convert: 'pair' });
    expect(target.cell).toMatchObject({ gMin: 0, gMax: 20e-6 });
    // At g = g_max the kit has (0.5 + 2 - 1) uS, times 20 / 25.
    const { sigma } = target.programming as unknown as { sigma: readonly number[] };
    expect(sigma.reduce((sum, c, k) => sum + c * 20e-6 ** k, 0)).toBeCloseTo(1.2e-6, 15);
    expect(target.drift).toMatchObject({ exponentMax: 0.05, gReference: 20e-6, t0: 20 });
    expect(target.powerNoise).toMatchObject({ amplitude: 0.0176, limit: 0.4, readTime: 2.5e-7 });
    // A weight of 1 is 20 uS, and two cells have its noise of 0.02.
    expect(target.readNoise!.sigma[0]! * Math.SQRT2).toBeCloseTo(0.4e-6, 15);
    expect(target.wires).toMatchObject({ columnSegment: 0.5, rowSegment: 0 });
    expect(origins.get('array.rows')).toBe('source: rpu.json: mapping.max_input_size');
    expect(out).toMatch(/^forward.out_noise +0.06 /m);
    expect(out).toMatch(/^update +1 fields? +of training/m);
  });

  test('a noise model that is not known is lost as a whole, and cells are exact', async () => {
    const { target, out } = await imported(
      'rpu.json',
      file({ is_perfect: true }, { ...pcm, custom_drift_model: { g_lst: [1] } }),
    );
    expect(Object.keys(target.programming)).toEqual(['scheme']);
    expect(target.wires).toBeUndefined();
    expect(target.adc.bits).toBe(16);
    expect(out).toMatch(/^noise_model +\d+ fields +only PCMLikeNoiseModel/m);
  });

  test('NaN and wrong types', async () => {
    const text = file({ out_res: 'x', is_perfect: 'no' }).replace('"t_0":20', '"t_0":NaN');
    const found = await refused('rpu.json', text);
    expect(found.map(({ at: place }) => place.slice(place.indexOf(': ') + 2)).sort()).toEqual([
      'forward.is_perfect',
      'forward.out_res',
      'noise_model.t_0',
    ]);
  });
});

describe('MNSIM', () => {
  const file = (resistances = '1e5,5e4', variation = '4') => `
# hardware
[Device level]
Read_Level = 2
Read_Voltage = 0,0.4
Write_Latency = 20
 # ns
Read_Latency = 5
Device_Level = 2
Device_Resistance = ${resistances}
Device_Variation = ${variation}
Device_SAF = 3,1
[Crossbar level]
Xbar_Size = 64,32
Wire_Resistance = -1
[Interface level]
DAC_Choice = 2
ADC_Choice = 2
[Process element level]
Xbar_Polarity = 2
Sub_Position = 1
Group_Num = 4
ADC_Num = 16
[Tile level]
PE_Num = 2,2
[Architecture level]
Tile_Num = 3,3
`;

  test('window, variation, stuck cells and converters', async () => {
    const { target, origins, out } = await imported('SimConfig.ini', file());
    expect(target.array).toEqual({ rows: 64, columns: 64, arraysPerChip: 144 });
    expect(target.cell).toMatchObject({ levels: 2, gMin: 10e-6, gMax: 20e-6 });
    expect(target.programming).toMatchObject({ sigma: [0, 0.04], pulseTime: 20e-9, readTime: 5e-9 });
    expect(target.faults).toMatchObject({ stuckLow: 0.03, stuckHigh: 0.01 });
    expect(target.driver).toMatchObject({ bits: 2, vRead: 0.4 });
    // 8 bits take 10 samples at 1 GS/s, at 2 mW.
    expect(target.adc).toEqual({ bits: 8, convert: 'column', energy: 20e-12, time: 10e-9, sharedBy: 2 });
    expect(target.wires).toBeUndefined();
    expect(origins.get('cell.levels')).toBe('source: SimConfig.ini: Device level.Device_Level');
    expect(out).toMatch(/^Crossbar level.Wire_Resistance +-1 /m);
  });

  test('NaN, a wrong number of levels, and text', async () => {
    const found = await refused('SimConfig.ini', file('1e5,5e4,2e4', 'nan'));
    expect(found.map(({ message }) => message)).toEqual([
      'this must be a number, and is nan',
      'this must be 2 numbers, and has 3',
    ]);
    const sram = file().replace('Read_Level', 'Device_Type = SRAM\nRead_Level');
    expect((await refused('SimConfig.ini', sram))[0]!.at).toContain('Device level.Device_Type');
  });
});

describe('NeuroSim', () => {
  const file = (width = '50', cell = '2') => `
/* terms */
Param::Param() {
  memcelltype = ${cell};   // 2: RRAM
  accesstype = 1;
  SARADC = true;
  wireWidth = ${width};
  numRowSubArray = 64; // # of rows
  numColSubArray = 96;
  numColMuxed = 8;
  levelOutput = 32;
  cellBit = 2;
  heightInFeatureSize1T1R = 4;
  widthInFeatureSize1T1R = 12;
  resistanceOn = 50e3;
  resistanceOff = 50e3*20;
  maxConductance = (double) 1/resistanceOn;
  readVoltage = 0.3;
  /*** Initialization of parameters NO need to modify ***/
  conventionalParallel = 7;
}`;

  test('subarrays, window, converters, and wires by the resistance of their cross-section', async () => {
    const { target, origins, out } = await imported('Param.cpp', file());
    expect(target.array).toMatchObject({ rows: 64, columns: 96 });
    expect(target.cell).toMatchObject({ levels: 4, gMin: 1e-6, gMax: 20e-6 });
    expect(target.driver.vRead).toBe(0.3);
    expect(target.adc).toMatchObject({ bits: 5, sharedBy: 8 });
    // rho l / (w h), h = 2.34 w, l = 4 w and 12 w.
    expect(target.wires!.rowSegment).toBeCloseTo((3.91e-8 * 4) / (2.34 * 50e-9), 9);
    expect(target.wires!.columnSegment).toBeCloseTo((3.91e-8 * 12) / (2.34 * 50e-9), 9);
    expect(origins.get('adc.sharedBy')).toBe('source: Param.cpp: numColMuxed');
    expect(out).toMatch(/^SARADC +true /m);
    expect(out).not.toContain('conventionalParallel');
  });

  test('SRAM, and wires that the table does not have', async () => {
    const found = await refused('Param.cpp', file('51', '1'));
    expect(found.map(({ at: place }) => place.slice(place.indexOf(': ') + 2)).sort()).toEqual([
      'memcelltype',
      'wireWidth',
    ]);
  });
});

describe('PIMCOMP', () => {
  const file = (size: unknown) =>
    JSON.stringify({
      chip_config: {
        core_config: {
          matrix_config: {
            xbar_size: size,
            xbar_array_count: 6,
            cell_precision: 2,
            dac_resolution: 1,
            adc_resolution: 7,
            adc_count: 16,
          },
        },
        network_config: { layout: [2, 5] },
      },
      sim_config: { sim_time: 1 },
    });

  test('crossbars, levels and bits', async () => {
    const { target, origins, out } = await imported('config.json', file([48, 64]));
    expect(target.array).toEqual({ rows: 48, columns: 64, arraysPerChip: 60 });
    expect(target.cell.levels).toBe(4);
    expect(target).toMatchObject({ driver: { bits: 1 }, adc: { bits: 7 } });
    expect(origins.get('cell.gMax')).toMatch(/^assumed: /);
    expect(out).toMatch(/adc_count +16 +PIMCOMP takes this as the bits/);
  });

  test('a wrong type and a missing field', async () => {
    expect((await refused('config.json', file('48')))[0]!.message).toBe('this must be 2 numbers, and has 1');
    expect((await refused('config.json', file(undefined)))[0]!.at).toContain('xbar_size');
  });
});

test('a file of no known format, and none', async () => {
  for (const text of ['', '{', '{"core": 3}', '[]', 'hello', '{"xbar": {}}'])
    expect((await refused('x.json', text))[0]).toMatchObject({ code: 'target/foreign' });
  const { exit, err } = await runCli(['targets', 'import', at('absent.json'), '-o', at('chip.yaml')]);
  expect(exit).toBe(2);
  expect(err).toContain('there is no such file');
});
