/**
 * CrossSim's parameters as `CrossSimParameters.to_json` writes them (sandialabs/cross-sim, version 3). Sections and units are those of
 * simulator/parameters/{core,xbar,base}_parameters.py, the meaning of errors is that of simulator/devices/generic_device.py.
 */
import { twelveDigits } from '../../math/twelve-digits.ts';
import { isFields } from '../leaf.ts';
import type { Fields } from './fields.ts';
import type { Conversion, ForeignFormat, Imported, Origin } from './format.ts';
import { readJson } from './read-json.ts';
import { micro, ofBits, quantityOf, slicesFor } from './values.ts';

const device = 'xbar.device';

/** Spread of a uniform draw from -1/2 to 1/2, in its width. */
const uniformSpread = 1 / Math.sqrt(12);

/** Coefficients of sigma(G) / uS for a spread of 1, by the largest conductance (S): generic_device.py. */
const errorModels: Readonly<Record<string, (gMax: number) => readonly number[]>> = {
  NormalIndependentDevice: (gMax) => [micro(gMax)],
  NormalProportionalDevice: () => [0, 1],
  UniformIndependentDevice: (gMax) => [micro(gMax) * uniformSpread],
  UniformProportionalDevice: () => [0, uniformSpread],
};

export const crosssim: ForeignFormat = {
  name: 'CrossSim',
  what: 'JSON that CrossSimParameters.to_json wrote: sections core, simulation and xbar',
  read: (text) => {
    const root = readJson(text);
    return isFields(root) && isFields(root.core) && isFields(root.xbar) ? root : undefined;
  },
  convert,
};

function convert(fields: Fields, from: Origin): Conversion {
  fields.pass('xbar.adc._match');
  fields.pass('xbar.dac._match');
  fields.lose('simulation', 'settings of a simulation, and not of a chip');
  fields.lose('core.mapping', 'ranges of a network: the calibration of a compilation finds them');
  const window = readWindow(fields, from);
  const errs = readErrors(fields, from, window.gMax);
  return {
    like: errs.programming.length > 0 ? 'pcm-256' : 'isaac-128',
    values: [
      ...window.values,
      ...errs.programming,
      ...errs.reading,
      ...readCore(fields, from, window.levels),
      ...readWires(fields, from),
      ...readPeriphery(fields, from),
    ],
  };
}

/** gMax (S) is undefined where the file is wrong about it. */
function readWindow(fields: Fields, from: Origin) {
  const positive = { above: 0 };
  for (const name of ['Rmin', 'Rmax']) fields.need(`${device}.${name}`);
  const rMin = fields.number(`${device}.Rmin`, positive);
  const rMax = fields.number(`${device}.Rmax`, positive);
  if (rMin !== undefined && rMax !== undefined && rMin >= rMax)
    fields.fault(`${device}.Rmax`, `this must lie above ${device}.Rmin, ${rMin}`);
  const open = fields.flag(`${device}.infinite_on_off_ratio`) ?? false;
  const bits = fields.number(`${device}.cell_bits`, { min: 0, max: 16, whole: true }) ?? 0;
  const vRead = fields.number(`${device}.Vread`, positive);
  const levels = bits === 0 ? 128 : 2 ** bits;
  const gMax = rMin === undefined ? undefined : 1 / rMin;
  const inverse = (resistance: number | undefined) =>
    resistance === undefined ? undefined : quantityOf(1 / resistance, 'S');
  const lowest = open
    ? from.derived('cell.gMin', '0 S', `${device}.infinite_on_off_ratio`, 'a ratio without end')
    : from.derived('cell.gMin', inverse(rMax), `${device}.Rmax`, 'its inverse');
  return {
    gMax,
    levels,
    values: [
      ...lowest,
      ...from.derived('cell.gMax', inverse(rMin), `${device}.Rmin`, 'its inverse'),
      ...(bits === 0
        ? from.assumed(
            'cell.levels',
            levels,
            `${device}.cell_bits is 0: any conductance; a pair of 128 levels holds 8 bits`,
          )
        : from.derived('cell.levels', levels, `${device}.cell_bits`, '2 to this power')),
      ...from.said(
        'driver.vRead',
        vRead === undefined ? undefined : quantityOf(vRead, 'V'),
        `${device}.Vread`,
      ),
    ],
  };
}

/** What programming and reading err by, as polynomials of the conductance. */
function readErrors(fields: Fields, from: Origin, gMax: number | undefined) {
  const sigmaOf = (kind: string): { readonly model: string; readonly sigma: number[] } | undefined => {
    const at = `${device}.${kind}`;
    if (fields.flag(`${at}.enable`) !== true) {
      fields.pass(at);
      return undefined;
    }
    const model = fields.text(`${at}.model`) ?? '';
    const magnitude = fields.number(`${at}.magnitude`, { min: 0 });
    const unit = errorModels[model];
    if (!unit) fields.lose(at, `CrossSim has the model ${model} in code, and a target its own as numbers`);
    if (!unit || magnitude === undefined || gMax === undefined) return undefined;
    return { model, sigma: unit(gMax).map((c) => twelveDigits(c * magnitude)) };
  };
  const programming = sigmaOf('programming_error');
  const reading = sigmaOf('read_noise');
  if (reading?.model.startsWith('Uniform'))
    fields.lose(
      `${device}.read_noise.model`,
      'read noise is normal in a target; its standard deviation is kept',
    );
  for (const [kind, reason] of [
    ['drift_error', 'CrossSim has drift in the code of a device'],
    ['nonlinear_IV', 'products of cells are linear in a target'],
  ] as const) {
    if (fields.flag(`${device}.${kind}.enable`) === true) fields.lose(`${device}.${kind}`, reason);
    else fields.pass(`${device}.${kind}`);
  }
  fields.lose(`${device}.time`, 'the time of reading is an option of verify');
  if (!programming) fields.pass(`${device}.clip_conductance`);
  else if (fields.flag(`${device}.clip_conductance`) === false)
    fields.lose(`${device}.clip_conductance`, 'cells of a target stay between gMin and gMax');
  const magnitude = `${device}.programming_error.magnitude`;
  const law = 'in units of the largest conductance or of that of the cell';
  const span = (bound: 'Rmin' | 'Rmax', field: string) => {
    const resistance = fields.number(`${device}.${bound}`);
    const open = bound === 'Rmax' && fields.flag(`${device}.infinite_on_off_ratio`) === true;
    const g = open ? 0 : 1 / (resistance ?? 1);
    return from.derived(
      field,
      quantityOf(g, 'S'),
      `${device}.${bound}`,
      'the law is meant for the whole window',
    );
  };
  return {
    programming: programming
      ? [
          ...from.derived('programming.sigma', programming.sigma, magnitude, law),
          ...from.said(
            'programming.distribution',
            programming.model.startsWith('Uniform') ? 'uniform' : 'normal',
            `${device}.programming_error.model`,
          ),
          ...span('Rmax', 'programming.validFrom'),
          ...span('Rmin', 'programming.validTo'),
        ]
      : [],
    reading: reading
      ? from.derived('readNoise.sigma', reading.sigma, `${device}.read_noise.magnitude`, law)
      : [],
  };
}

/** CoreStyle and its like of core_parameters.py. */
const styles = { BALANCED: 1, BITSLICED: 2, OFFSET: 3 };
const sliceStyles = { BALANCED: 1, OFFSET: 3 };

function readCore(fields: Fields, from: Origin, levels: number): readonly Imported[] {
  const size = (path: string) => fields.number(path, { min: 0, max: 65535, whole: true }) ?? 0;
  const style = fields.named('core.style', styles) ?? 'BALANCED';
  const sliced = style === 'BITSLICED';
  const inSlice = sliced ? fields.named('core.bit_sliced.style', sliceStyles) : undefined;
  const offset = (inSlice ?? style) === 'OFFSET';
  const told = inSlice === undefined ? 'core.style' : 'core.bit_sliced.style';
  const [rows, columns] = [size('core.rows_max'), size('core.cols_max')];
  const open = 'this is 0: no limit';
  const together = fields.flag('core.balanced.subtract_current_in_xbar') ?? true;
  fields.pass(offset ? 'core.balanced' : 'core.offset');
  if (fields.flag('core.balanced.interleaved_posneg') === false)
    fields.lose('core.balanced.interleaved_posneg', 'both columns of a pair lie side by side in one array');
  if (!sliced) fields.pass('core.bit_sliced');
  for (const part of ['complex_matrix', 'complex_input'])
    if (fields.flag(`core.${part}`) === true) fields.lose(`core.${part}`, 'numbers are real');
  const weightBits = fields.number('core.weight_bits', { min: 0, whole: true }) ?? 0;
  const wide = weightBits > 8;
  if (weightBits !== 0 && weightBits !== 8) fields.lose('core.weight_bits', 'weights have 8 bits');
  const slices = sliced
    ? fields.number('core.bit_sliced.num_slices', { min: 1, max: 16, whole: true })
    : undefined;
  if (wide && slices !== undefined)
    fields.lose('core.bit_sliced.num_slices', `they hold ${weightBits} bits, and weights have 8 here`);
  return [
    ...(rows === 0
      ? from.assumed('array.rows', 1024, `core.rows_max: ${open}; CrossSim's default`)
      : from.said('array.rows', rows, 'core.rows_max')),
    ...columnsOf(columns),
    ...from.said('cell.encoding', offset ? 'offset' : 'differential', told),
    ...(offset || !together
      ? from.derived(
          'adc.convert',
          'column',
          offset ? told : 'core.balanced.subtract_current_in_xbar',
          'columns are converted one by one',
        )
      : from.derived(
          'adc.convert',
          'pair',
          fields.has('core.balanced.subtract_current_in_xbar')
            ? 'core.balanced.subtract_current_in_xbar'
            : told,
          'currents are subtracted before the converter',
        )),
    ...(slices === undefined || wide
      ? from.assumed('slices', slicesFor(levels, offset), 'the fewest whose levels hold a weight of 8 bits')
      : from.said('slices', slices, 'core.bit_sliced.num_slices')),
  ];

  function columnsOf(most: number): readonly Imported[] {
    const each = offset ? 1 : 2;
    if (most === 0) return from.assumed('array.columns', 1024, `core.cols_max: ${open}; CrossSim's default`);
    if (each === 1) return from.said('array.columns', most, 'core.cols_max');
    return from.derived('array.columns', most * each, 'core.cols_max', 'two columns for each, side by side');
  }
}

function readWires(fields: Fields, from: Origin): readonly Imported[] {
  const at = 'xbar.array.parasitics';
  if (fields.number('xbar.array.Icol_max', { min: 0 }) !== 0)
    fields.lose('xbar.array.Icol_max', 'a target gives the largest current of a column in A, with its wires');
  if (fields.flag(`${at}.enable`) !== true) {
    fields.pass(at);
    return [];
  }
  const ohm = (field: string, name: string) => {
    const value = fields.number(`${at}.${name}`, { min: 0 });
    return from.said(field, value === undefined ? undefined : quantityOf(value, 'ohm'), `${at}.${name}`);
  };
  return [
    ...ohm('wires.rowSegment', 'Rp_row'),
    ...ohm('wires.columnSegment', 'Rp_col'),
    ...ohm('wires.driver', 'Rp_row_terminal'),
    ...ohm('wires.sense', 'Rp_col_terminal'),
  ];
}

function readPeriphery(fields: Fields, from: Origin): readonly Imported[] {
  for (const part of ['adc', 'dac'])
    if (fields.flag(`xbar.${part}._match`) === false)
      fields.lose(`xbar.${part}.vmm`, 'products with the transposed matrix are not done');
    else fields.pass(`xbar.${part}.vmm`);
  const [adc, dac] = ['xbar.adc.mvm', 'xbar.dac.mvm'];
  const bits = fields.number(`${adc}.bits`, { min: 0, max: 16, whole: true }) ?? 0;
  const ideal = fields.text(`${adc}.model`) === 'IdealADC' || bits === 0;
  const shared = fields.number(`${adc}.group_size`, { min: 1, whole: true });
  for (const name of ['calibrated_range', 'adc_range_option'])
    fields.lose(`${adc}.${name}`, 'the compiler chooses the range of every column by calibration');
  fields.lose(`${adc}.signed`, 'codes of a converter have a sign, and the zero is chosen by column');
  const sliced = fields.flag(`${dac}.input_bitslicing`) ?? false;
  if (fields.flag(`${adc}.adc_per_ibit`) === false && sliced)
    fields.lose(`${adc}.adc_per_ibit`, 'every slice of the input is converted, and added up in digits');
  if (fields.flag(`${adc}.stochastic_rounding`) === true)
    fields.lose(`${adc}.stochastic_rounding`, 'converters round to the nearest code');
  const signed = fields.flag(`${dac}.signed`);
  const inputBits = fields.number(`${dac}.bits`, { min: 0, max: 64, whole: true }) ?? 0;
  const slice = fields.number(`${dac}.slice_size`, { min: 1, max: 8, whole: true });
  fields.pass(`${dac}.model`);
  fields.pass(`${dac}.mapping`);
  if (inputBits !== 8) fields.lose(`${dac}.bits`, 'input codes have 8 bits');
  return [
    ...(ideal
      ? from.assumed('adc.bits', 16, `${adc} has no limit of bits; the most that a target has`)
      : from.said('adc.bits', bits, `${adc}.bits`)),
    ...(shared === undefined
      ? from.assumed('adc.sharedBy', 1, `${adc} shares nothing between columns`)
      : from.said('adc.sharedBy', shared, `${adc}.group_size`)),
    ...(sliced
      ? from.said('driver.bits', slice, `${dac}.slice_size`)
      : from.assumed(
          'driver.bits',
          ofBits(inputBits),
          `${dac}.input_bitslicing is off: a whole code at a time`,
        )),
    ...from.derived(
      'driver.polarity',
      signed === undefined ? undefined : signed ? 'bipolar' : 'unipolar',
      `${dac}.signed`,
      'inputs of both signs at once, or of one',
    ),
  ];
}
