/**
 * A target as parameters of CrossSim (sandialabs/cross-sim, version 3): JSON for `CrossSimParameters.from_json`, sections and units as in
 * simulator/parameters/{core,xbar,base}_parameters.py. Errors that simulator/devices/generic_device.py has are said by its names; others
 * become a device of their own in Python, which CrossSim finds as a subclass (simulator/devices/device.py, `create_device`).
 */

import { conditionsOf } from '../../conditions/models.ts';
import { twelveDigits } from '../../math/twelve-digits.ts';
import { schemeOf } from '../../schemes/models.ts';
import type { Target } from '../target.ts';
import { inMicro, levelErrors } from './cell-errors.ts';
import type { LeftOut, Parameters } from './format.ts';

/** The class of the device in Python. */
const deviceName = 'CrossloomDevice';

export function crosssimParameters(target: Target): Parameters {
  const { array, cell, driver, adc, slices, wires, readNoise } = target;
  const leftOut: LeftOut[] = leftOutOf(target);
  const isPaired = cell.encoding !== 'offset';
  const bits = Math.log2(cell.levels);
  if (!Number.isInteger(bits))
    leftOut.push({
      field: 'cell.levels',
      reason: `${cell.levels} is no power of 2: cells take any conductance`,
    });
  const programming = programmingError(target);
  const reading = generic('normal', readNoise?.sigma.map(inMicro), 1e6 * cell.gUseMax);
  const readError = readNoise ? (reading ?? { enable: true, model: deviceName, magnitude: 0 }) : off;
  const isCustom = [programming, readError].some(({ model }) => model === deviceName);
  // Columns of a pair lie side by side, which CrossSim cannot do for slices.
  const core = {
    style: slices > 1 ? 2 : isPaired ? 1 : 3,
    rows_max: array.rows,
    cols_max: isPaired ? array.columns >> 1 : array.columns,
    weight_bits: 8,
    balanced: {
      style: 1,
      interleaved_posneg: slices === 1,
      subtract_current_in_xbar: adc.convert === 'pair',
    },
    bit_sliced: { style: isPaired ? 1 : 3, num_slices: Math.max(2, slices) },
    // Of several slices CrossSim takes the offset away in digits, and of one by a reference column.
    offset: { style: slices > 1 ? 1 : 2 },
  };
  const sliced = driver.bits < 8;
  // The largest sum that an array can make: calibration chooses less (calibrated_range).
  const converters = { model: 'QuantizerADC', bits: adc.bits, adc_per_ibit: sliced, adc_range_option: 2 };
  const drivers = {
    model: driver.polarity === 'bipolar' ? 'SignMagnitudeDAC' : 'QuantizerDAC',
    bits: 8,
    input_bitslicing: sliced,
    signed: driver.polarity === 'bipolar',
    slice_size: driver.bits,
  };
  const json = {
    core,
    xbar: {
      device: {
        cell_bits: Number.isInteger(bits) ? bits : 0,
        Rmin: twelveDigits(1 / cell.gUseMax),
        // Without a lowest conductance the ratio has no end, and this is not looked at.
        Rmax: twelveDigits(1 / (cell.gUseMin || 1e-6 * cell.gUseMax)),
        Vread: driver.vRead,
        infinite_on_off_ratio: cell.gUseMin === 0,
        clip_conductance: true,
        read_noise: readError,
        programming_error: programming,
      },
      array: {
        parasitics: wires
          ? {
              enable: true,
              Rp_row: wires.rowSegment,
              Rp_col: wires.columnSegment,
              Rp_row_terminal: wires.driver,
              Rp_col_terminal: wires.sense,
            }
          : { enable: false },
      },
      adc: paired(converters),
      dac: paired(drivers),
    },
  };
  return {
    json: `${JSON.stringify(json, null, 4)}\n`,
    ...(isCustom && { python: deviceSource(target) }),
    leftOut,
  };
}

/** Products with the matrix and with its transpose alike: CrossSim refuses pairs that say so and are not. */
const paired = (mvm: object) => ({ _match: true, mvm, vmm: mvm });

interface WeightError {
  readonly enable: boolean;
  readonly model: string;
  readonly magnitude: number;
}

const off: WeightError = { enable: false, model: 'IdealDevice', magnitude: 0 };

function programmingError(target: Target): WeightError {
  const { exact, errorLaw } = schemeOf(target);
  if (exact && !target.faults) return off;
  const own =
    errorLaw && generic(errorLaw.distribution, errorLaw.sigma.map(inMicro), 1e6 * target.cell.gUseMax);
  return own ?? { enable: true, model: deviceName, magnitude: 0 };
}

/** The model of CrossSim for one power of a polynomial; undefined where it has none. @param gMax uS */
function generic(
  distribution: string,
  sigma: readonly number[] | undefined,
  gMax: number,
): WeightError | undefined {
  const powers = sigma?.flatMap((c, k) => (c === 0 ? [] : [k])) ?? [];
  const [power = 0] = powers;
  if (!sigma || powers.length > 1 || power > 1 || distribution === 'log-normal') return undefined;
  const relative = power === 0 ? sigma[0]! / gMax : sigma[1]!;
  const isUniform = distribution === 'uniform';
  return {
    enable: true,
    model: `${isUniform ? 'Uniform' : 'Normal'}${power === 0 ? 'Independent' : 'Proportional'}Device`,
    // Of a uniform draw from -1/2 to 1/2 the magnitude is the width.
    magnitude: twelveDigits(isUniform ? relative * Math.sqrt(12) : relative),
  };
}

/** Sections that CrossSim has no parameters for, and fields that it says another way. */
function leftOutOf(target: Target): LeftOut[] {
  const { cell, wires, adc } = target;
  const out: LeftOut[] = [];
  const say = (field: string, reason: string) => out.push({ field, reason });
  if (cell.gMax !== cell.gUseMax || cell.gMin !== cell.gUseMin)
    say('cell.gMin, cell.gMax', 'CrossSim has one window: that of the levels');
  if (cell.encoding === 'auto') say('cell.encoding', 'layers choose it, and all are pairs here');
  if (adc.sharedBy > 1) say('adc.sharedBy', 'QuantizerADC shares nothing between columns');
  if (wires?.sides === 'two') say('wires.sides', 'rows and columns have one driven end');
  for (const { section, model } of conditionsOf(target))
    if (section !== 'readNoise') say(section, `CrossSim has no parameters for ${model.name}`);
  for (const section of ['adcErrors', 'driverErrors'] as const)
    if (target[section]) say(section, 'CrossSim has no parameters for it');
  if (target.hidden) say('hidden', 'CrossSim has no FeCAPs: cells are as a transfer leaves them');
  return out;
}

function deviceSource(target: Target): string {
  const { cell, readNoise, name } = target;
  const errors = levelErrors(target);
  const list = (values: readonly number[]) => `[${values.map((v) => Number(v.toPrecision(7))).join(', ')}]`;
  const of = (value: number) => value / cell.gUseMax;
  return `"""How cells of the target ${name} err, as a device of CrossSim. Import this before parameters are used.

Conductances are normalized by the highest level, ${twelveDigits(1e6 * cell.gUseMax)} uS. A table by level: what cells are off by on average, and their
standard deviation, stuck cells and those that no pulse moves among them; draws are normal.
"""
from simulator.backend import ComputeBackend
from simulator.devices.idevice import EmptyDevice

xp = ComputeBackend()

LEVELS = ${list(errors.map(({ level }) => of(level)))}
SHIFTS = ${list(errors.map(({ shift }) => of(shift)))}
SIGMAS = ${list(errors.map(({ sigma }) => of(sigma)))}
# Standard deviation of a reading, by powers of the conductance.
READ = ${list((readNoise?.sigma ?? [0]).map((c, k) => c * cell.gUseMax ** (k - 1)))}


class ${deviceName}(EmptyDevice):
    def programming_error(self, input_):
        levels, shifts, sigmas = (xp.asarray(table) for table in (LEVELS, SHIFTS, SIGMAS))
        normal = xp.random.normal(size=input_.shape)
        return input_ + xp.interp(input_, levels, shifts) + xp.interp(input_, levels, sigmas) * normal

    def read_noise(self, input_):
        sigma = sum(c * input_**k for k, c in enumerate(READ))
        return input_ + sigma * xp.random.normal(size=input_.shape)
`;
}
