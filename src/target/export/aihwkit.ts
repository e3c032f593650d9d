/**
 * A target as an RPU configuration of IBM's aihwkit: an `InferenceRPUConfig` as JSON of its dataclasses, and the Python that builds it.
 * Fields and units are those of src/aihwkit/simulator/parameters/{io,mapping,inference,enums}.py; errors of cells are the law of
 * PCMLikeNoiseModel, src/aihwkit/inference/noise/pcm.py, and the noise of training is the weight modifier `ProgNoise`.
 */

import { conditionsOf } from '../../conditions/models.ts';
import { twelveDigits } from '../../math/twelve-digits.ts';
import { levelSpread } from '../../schemes/level-sigma.ts';
import type { Target } from '../target.ts';
import { fitQuadratic, levelErrors, programmingLaw } from './cell-errors.ts';
import type { LeftOut, Parameters } from './format.ts';

/** Constants of PCMLikeNoiseModel. */
const pcmDrift = {
  ...{ exponent: 0.0244, exponentSlope: -0.0155, exponentMin: 0.049, exponentMax: 0.1 },
  ...{ spread: -0.0059, spreadSlope: -0.0125, spreadMin: 0.008, spreadMax: 0.045 },
};
const pcmNoise = { amplitude: 0.0088, limit: 0.2 };

export function aihwkitParameters(target: Target): Parameters {
  const { array, cell, driver, adc } = target;
  const leftOut: LeftOut[] = leftOutOf(target);
  const gMax = twelveDigits(1e6 * cell.gUseMax);
  const gMin = twelveDigits(1e6 * cell.gUseMin);
  const law = programmingLaw(target);
  if (law.rms > 0)
    leftOut.push({
      field: 'programming',
      reason: `a polynomial of second degree in its place, off by ${law.rms.toPrecision(2)} uS (rms)`,
    });
  const drift = scaleOf(target.drift, pcmDrift, cell.gUseMax);
  const noise = scaleOf(target.powerNoise, pcmNoise, cell.gUseMax);
  if (target.drift && drift === undefined)
    leftOut.push({ field: 'drift', reason: 'PCMLikeNoiseModel has one law of drift, and this is another' });
  if (target.powerNoise && noise === undefined)
    leftOut.push({ field: 'powerNoise', reason: 'PCMLikeNoiseModel has one law of it, and this is another' });
  const modifier = trainingNoise(target);
  const json = {
    forward: {
      is_perfect: false,
      mv_type: driver.polarity === 'bipolar' ? 'ONE_PASS' : 'POS_NEG_SEPARATE',
      // Codes have 8 bits and a sign, however many of them enter at a time.
      inp_res: twelveDigits(1 / (2 ** 9 - 2)),
      out_res: twelveDigits(1 / Math.max(2, 2 ** adc.bits - 2)),
      inp_noise: 0,
      out_noise: 0,
      ...weightNoise(target),
      ...irDrop(target),
    },
    mapping: { max_input_size: array.rows, max_output_size: array.columns >> 1 },
    noise_model: {
      prog_coeff: law.sigma.map((c, k) => twelveDigits(c * gMax ** k)),
      prog_coeff_g_max_reference: gMax,
      g_max: gMax,
      t_0: target.drift?.t0 ?? target.powerNoise?.t0 ?? 20,
      t_read: target.powerNoise?.readTime ?? 250e-9,
      prog_noise_scale: 1,
      read_noise_scale: noise ?? 0,
      drift_scale: drift ?? 0,
      g_converter: { g_max: gMax, g_min: gMin },
    },
    modifier,
  };
  return { json: `${JSON.stringify(json, null, 2)}\n`, python: source(target, json), leftOut };
}

/** By how much a law of the target is larger than one of aihwkit's; undefined where it is another law. */
function scaleOf(
  own: object | undefined,
  constants: Readonly<Record<string, number>>,
  gMax: number,
): number | undefined {
  if (!own) return undefined;
  const [[first, constant]] = Object.entries(constants) as [[string, number]];
  const value = (field: string) => Number(Reflect.get(own, field));
  const scale = twelveDigits(value(first) / constant);
  const isAlike = Object.entries(constants).every(
    ([field, c]) => Math.abs(value(field) - scale * c) < 1e-9 * Math.abs(scale * c),
  );
  const sameReference = Math.abs(value('gReference') - gMax) < 1e-9 * gMax;
  const samePower = !('amplitude' in constants) || value('exponent') === 0.65;
  return isAlike && sameReference && samePower ? scale : undefined;
}

/** Read noise that does not depend on the conductance, of a weight in its units. */
function weightNoise({ cell, readNoise }: Target) {
  const [constant, ...rest] = readNoise?.sigma ?? [0];
  if (!constant || rest.some((c) => c !== 0)) return { w_noise: 0, w_noise_type: 'NONE' };
  const relative = (Math.SQRT2 * constant) / (cell.gUseMax - cell.gUseMin);
  return { w_noise: twelveDigits(relative), w_noise_type: 'ADDITIVE_CONSTANT' };
}

function irDrop({ wires, cell }: Target) {
  if (!wires?.columnSegment) return { ir_drop: 0 };
  return { ir_drop: 1, ir_drop_g_ratio: twelveDigits(1 / (wires.columnSegment * cell.gUseMax)) };
}

/**
 * What a weight errs by while a network trains, in its largest: of a pair one cell holds its size and the other none, by a polynomial of
 * |w| that is fitted to both.
 */
function trainingNoise(target: Target) {
  const { cell } = target;
  const width = cell.gUseMax - cell.gUseMin;
  const rest = levelSpread(target, cell.gUseMin).variance;
  const errors = levelErrors(target);
  const { coefficients } = fitQuadratic(
    errors.map(({ level }) => (level - cell.gUseMin) / width),
    errors.map(({ sigma }) => Math.sqrt(sigma ** 2 + rest) / width),
  );
  return {
    type: 'PROG_NOISE',
    std_dev: 1,
    rel_to_actual_wmax: true,
    coeffs: coefficients,
    g_max: twelveDigits(1e6 * cell.gUseMax),
  };
}

function leftOutOf(target: Target): LeftOut[] {
  const { cell, slices, driver, wires, readNoise } = target;
  const out: LeftOut[] = [];
  const say = (field: string, reason: string) => out.push({ field, reason });
  if (cell.gMax !== cell.gUseMax || cell.gMin !== cell.gUseMin)
    say('cell.gMin, cell.gMax', 'aihwkit has one window: that of the levels');
  say('cell.levels', 'cells take any conductance');
  if (cell.encoding === 'offset') say('cell.encoding', 'a weight is a pair of devices');
  if (slices > 1)
    say('slices', 'a weight is one pair of devices; the conductances of a chip have all of them');
  if (driver.bits < 8) say('driver.bits', 'inputs enter whole, and sums are converted once');
  if (readNoise?.sigma.slice(1).some((c) => c !== 0)) say('readNoise', 'read noise by conductance');
  if (wires && wires.rowSegment > 0) say('wires.rowSegment', 'a drop along columns only');
  for (const { section, model } of conditionsOf(target))
    if (!['readNoise', 'drift', 'powerNoise'].includes(section)) say(section, `aihwkit has no ${model.name}`);
  for (const section of ['faults', 'adcErrors', 'driverErrors', 'hidden'] as const)
    if (target[section]) say(section, 'aihwkit has nothing like it');
  return out;
}

function source(target: Target, { forward, mapping, noise_model: model, modifier }: Configuration): string {
  const { mv_type: mode, w_noise_type: noise, ...numbers } = forward;
  const set = (at: string, values: object) =>
    Object.entries(values).map(([field, value]) => `    config.${at}.${field} = ${python(value)}`);
  const { g_converter: converter, g_max: _, ...rest } = model;
  const { type, ...training } = modifier;
  return `"""The target ${target.name} as a configuration of aihwkit: weights train with its noise, and are programmed with its errors."""
from aihwkit.inference import PCMLikeNoiseModel
from aihwkit.inference.converter.conductance import SinglePairConductanceConverter
from aihwkit.simulator.configs import (
    AnalogMVType,
    InferenceRPUConfig,
    WeightModifierType,
    WeightNoiseType,
)


def rpu_config():
    config = InferenceRPUConfig()
    config.forward.mv_type = AnalogMVType.${mode}
    config.forward.w_noise_type = WeightNoiseType.${noise}
${[...set('forward', numbers), ...set('mapping', mapping)].join('\n')}
    config.noise_model = PCMLikeNoiseModel(
        g_converter=SinglePairConductanceConverter(g_max=${converter.g_max}, g_min=${converter.g_min}),
${Object.entries(rest)
  .map(([field, value]) => `        ${field}=${python(value)},`)
  .join('\n')}
    )
    config.modifier.type = WeightModifierType.${type}
${set('modifier', training).join('\n')}
    return config
`;
}

interface Configuration {
  readonly forward: { readonly mv_type: string; readonly w_noise_type: string };
  readonly mapping: object;
  readonly noise_model: {
    readonly g_max: number;
    readonly g_converter: { readonly g_max: number; readonly g_min: number };
  };
  readonly modifier: { readonly type: string };
}

/** A value as Python writes it. */
function python(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  return JSON.stringify(value);
}
