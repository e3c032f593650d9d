/**
 * An RPU configuration of IBM's aihwkit as JSON of its dataclasses (`dataclasses.asdict`, enumerations by name or value, other objects by
 * their `__dict__`). Fields and units are those of src/aihwkit/simulator/parameters/{io,mapping,enums}.py; the law of PCMLikeNoiseModel
 * is that of src/aihwkit/inference/noise/pcm.py, with conductances in uS as in inference/converter/conductance.py.
 */
import { twelveDigits } from '../../math/twelve-digits.ts';
import { isFields } from '../leaf.ts';
import { readNoiseModel } from './aihwkit-noise.ts';
import type { Fields } from './fields.ts';
import type { Conversion, ForeignFormat, Imported, Origin } from './format.ts';
import { readJson } from './read-json.ts';
import { ofBits, quantityOf } from './values.ts';

/** Of a signed range in so many steps: 2^b - 2 for b bits, the sign among them (io.py). */
const bitsOf = (steps: number): number => Math.ceil(Math.log2(steps + 2) - 1e-9);
const toBits = 'steps + 2, as a power of 2';

const training = 'of training, and not of a chip';

/** Fields of IOParameters that have no counterpart, and are off at 0. */
const notModelled = {
  inp_noise: 'inputs have no noise',
  inp_asymmetry: 'negative and positive inputs meet the same cells',
  out_noise: 'noise belongs to cells, in uS; this one to outputs, in units of weights',
  out_noise_std: 'noise belongs to cells',
  out_asymmetry: 'negative and positive inputs meet the same converter',
  out_nonlinearity: 'a nonlinearity of converters is a table of codes: adcErrors.nonlinearity',
  out_nonlinearity_std: 'a nonlinearity of converters is that of all alike',
  slope_calibration: 'it belongs to the nonlinearity of outputs',
  v_offset_std: 'offsets are those of converters: adcErrors.offsetSpread',
  r_series: 'a target gives resistances in ohm, with its wires',
  w_read_asymmetry_dtod: 'negative and positive inputs meet the same cells',
};

export const aihwkit: ForeignFormat = {
  name: 'aihwkit',
  what: 'JSON of the dataclasses of an RPU configuration: forward with out_res, mapping, noise_model',
  read: (text) => {
    const root = readJson(text);
    return isFields(root) && isFields(root.forward) && 'out_res' in root.forward ? root : undefined;
  },
  convert,
};

function convert(fields: Fields, from: Origin): Conversion {
  for (const part of ['backward', 'update', 'clip', 'remap', 'modifier', 'runtime', 'pre_post'])
    fields.lose(part, training);
  for (const part of ['tile_class', 'tile_array_class', 'simulator_tile_class']) fields.pass(part);
  fields.lose('drift_compensation', 'corrections are an option of verify');
  fields.lose('device', 'steps of devices under pulses are not imported');
  const noise = readNoiseModel(fields, from);
  return {
    like: noise.law.length > 0 ? 'pcm-256' : 'isaac-128',
    values: [
      ...readMapping(fields, from),
      ...noise.window,
      ...noise.law,
      ...readForward(fields, from, noise.gMin, noise.gMax),
      ...from.assumed('cell.levels', 128, 'weights are continuous; a pair of 128 levels holds 8 bits'),
      ...from.assumed('slices', 1, 'a pair of 128 levels holds 8 bits'),
      ...from.assumed('cell.encoding', 'differential', 'a weight is the difference of two devices'),
      ...from.assumed(
        'adc.convert',
        'pair',
        'a weight is the difference of two devices before the converter',
      ),
      ...from.assumed('adc.sharedBy', 1, 'nothing is shared between outputs'),
    ],
  };
}

function readMapping(fields: Fields, from: Origin): readonly Imported[] {
  const size = (name: string) => fields.number(`mapping.${name}`, { min: 0, max: 65535, whole: true }) ?? 0;
  const [inputs, outputs] = [size('max_input_size'), size('max_output_size')];
  fields.lose('mapping', 'how weights are scaled is the business of the compiler');
  return [
    ...(inputs === 0
      ? from.assumed('array.rows', 512, 'mapping.max_input_size has no limit; the default of aihwkit')
      : from.said('array.rows', inputs, 'mapping.max_input_size')),
    ...(outputs === 0
      ? from.assumed(
          'array.columns',
          1024,
          'mapping.max_output_size has no limit; the default of aihwkit, in pairs',
        )
      : from.derived('array.columns', 2 * outputs, 'mapping.max_output_size', 'two columns for each output')),
  ];
}

function readForward(fields: Fields, from: Origin, gMin: number, gMax: number): readonly Imported[] {
  const at = (name: string) => `forward.${name}`;
  const lossless = (why: string) => [
    ...from.assumed('driver.bits', 8, why),
    ...from.assumed('adc.bits', 16, `${why}; the most that a target has`),
    ...from.assumed('driver.polarity', 'bipolar', why),
  ];
  const mode = fields.text(at('mv_type'));
  if (fields.flag(at('is_perfect')) === true || plain(mode) === 'ideal') {
    fields.pass('forward');
    return lossless('the forward pass is perfect');
  }
  const steps = (name: string) => {
    const value = fields.number(at(name)) ?? 0;
    const bits = value <= 0 ? undefined : bitsOf(value < 1 ? 1 / value : value);
    if (bits !== undefined && bits > 16)
      fields.fault(at(name), `this is ${bits} bits, and a target has 16 at most`);
    return bits;
  };
  const [input, output] = [steps('inp_res'), steps('out_res')];
  for (const name of [
    'inp_bound',
    'out_bound',
    'out_scale',
    'bound_management',
    'noise_management',
    'max_bm_factor',
    'max_bm_res',
    'bm_test_negative_bound',
    'nm_thres',
    'v_offset_w_min',
  ])
    fields.lose(at(name), 'ranges of inputs and converters are chosen by calibration');
  for (const name of ['inp_sto_round', 'out_sto_round'])
    if (fields.flag(at(name)) === true)
      fields.lose(at(name), 'inputs and converters round to the nearest code');
  for (const [name, reason] of Object.entries(notModelled))
    if (fields.number(at(name)) !== 0) fields.lose(at(name), reason);
  if (input !== undefined && input !== 8)
    fields.lose(at('inp_res'), 'input codes have 8 bits; the driver takes as many at a time as this says');
  const separate = plain(mode)?.startsWith('posneg') === true;
  return [
    ...(input === undefined
      ? from.assumed('driver.bits', 8, `${at('inp_res')} has no limit`)
      : from.derived(
          'driver.bits',
          Math.max(1, ofBits(input - 1)),
          at('inp_res'),
          `${toBits}, without the sign`,
        )),
    ...from.derived(
      'driver.polarity',
      separate ? 'unipolar' : 'bipolar',
      at('mv_type'),
      'inputs of both signs at once, or in turn',
    ),
    ...(output === undefined
      ? from.assumed('adc.bits', 16, `${at('out_res')} has no limit; the most that a target has`)
      : from.derived('adc.bits', output, at('out_res'), toBits)),
    ...readWeightNoise(fields, from, gMax - gMin),
    ...readIrDrop(fields, from, gMax),
  ];
}

/** Enumerations by name, by value, or with their class: `WeightNoiseType.PCM_READ` and `PCMRead` alike. */
const plain = (written: string | undefined) =>
  written
    ?.slice(written.lastIndexOf('.') + 1)
    .replaceAll('_', '')
    .toLowerCase();

/** @param range of a weight of 1 (S) */
function readWeightNoise(fields: Fields, from: Origin, range: number): readonly Imported[] {
  const sigma = fields.number('forward.w_noise', { min: 0 }) ?? 0;
  const type = plain(fields.text('forward.w_noise_type')) ?? 'none';
  if (sigma === 0 || type === 'none') return [];
  if (type !== 'additiveconstant') {
    fields.lose('forward.w_noise', `read noise of the type ${type} is not imported`);
    return [];
  }
  const each = twelveDigits((sigma * range * 1e6) / Math.SQRT2);
  return from.derived(
    'readNoise.sigma',
    [each],
    'forward.w_noise',
    'of a weight, shared by the two cells of its pair',
  );
}

function readIrDrop(fields: Fields, from: Origin, gMax: number): readonly Imported[] {
  const drop = fields.number('forward.ir_drop', { min: 0 }) ?? 0;
  const ratio = fields.number('forward.ir_drop_g_ratio', { above: 0 });
  const resistance = fields.number('forward.ir_drop_rs', { min: 0 });
  if (drop === 0) {
    for (const name of fields.below('forward').filter((field) => field.startsWith('forward.ir_drop_')))
      fields.pass(name);
    return [];
  }
  const [ohm, field] =
    resistance !== undefined
      ? ([drop * resistance, 'forward.ir_drop_rs'] as const)
      : ([ratio === undefined ? undefined : drop / (ratio * gMax), 'forward.ir_drop_g_ratio'] as const);
  if (ohm === undefined) return [];
  return [
    ...from.derived('wires.columnSegment', quantityOf(ohm, 'ohm'), field, 'scaled by forward.ir_drop'),
    ...from.assumed(
      'wires.rowSegment',
      '0 ohm',
      'aihwkit has the drop along the inputs of an output, and none along a row',
    ),
  ];
}
