/**
 * The configuration of PIMCOMP-NN (sunxt99/PIMCOMP-NN, config.json), whose compiler reads the sizes that the table of its README.md
 * names; the rest is for its simulator, pimsim-nn.
 */
import { isFields } from '../leaf.ts';
import type { Fields } from './fields.ts';
import type { Conversion, ForeignFormat, Origin } from './format.ts';
import { readJson } from './read-json.ts';
import { slicesFor } from './values.ts';

const chip = 'chip_config';
const matrix = `${chip}.core_config.matrix_config`;

export const pimcomp: ForeignFormat = {
  name: 'PIMCOMP',
  what: 'config.json of PIMCOMP-NN: chip_config with core_config and matrix_config',
  read: (text) => {
    const root = readJson(text);
    const cores = isFields(root) && isFields(root.chip_config) ? root.chip_config.core_config : undefined;
    return isFields(cores) && isFields(cores.matrix_config) ? root : undefined;
  },
  convert,
};

function convert(fields: Fields, from: Origin): Conversion {
  const whole = { min: 1, max: 65535, whole: true } as const;
  fields.need(`${matrix}.xbar_size`);
  const [rows, columns] = fields.numbers(`${matrix}.xbar_size`, 2, whole) ?? [];
  const bits = fields.number(`${matrix}.cell_precision`, { min: 1, max: 16, whole: true }) ?? 1;
  const arrays = fields.number(`${matrix}.xbar_array_count`, { min: 1, whole: true });
  const cores = fields.numbers(`${chip}.network_config.layout`, 2, whole);
  const dac = fields.number(`${matrix}.dac_resolution`, { min: 1, max: 8, whole: true });
  const adc = fields.number(`${matrix}.adc_resolution`, { min: 1, max: 16, whole: true });
  fields.lose(
    `${matrix}.adc_count`,
    'PIMCOMP takes this as the bits of weights and inputs, which are 8 here',
  );
  fields.lose(chip, 'time, power and network of a simulator; no field of a target says this');
  fields.lose('sim_config', 'settings of a simulation, and not of a chip');
  const many = arrays === undefined || cores === undefined ? undefined : arrays * cores[0]! * cores[1]!;
  return {
    like: 'isaac-128',
    values: [
      ...from.said('array.rows', rows, `${matrix}.xbar_size[0]`),
      ...from.said('array.columns', columns, `${matrix}.xbar_size[1]`),
      ...from.derived(
        'array.arraysPerChip',
        many,
        `${matrix}.xbar_array_count`,
        `times ${chip}.network_config.layout`,
      ),
      ...from.derived('cell.levels', 2 ** bits, `${matrix}.cell_precision`, '2 to this power'),
      ...from.assumed('cell.gMax', `${2 ** bits - 1} S`, 'no conductances are said; one level step is 1 S'),
      ...from.said('driver.bits', dac, `${matrix}.dac_resolution`),
      ...from.said('adc.bits', adc, `${matrix}.adc_resolution`),
      ...from.assumed('adc.sharedBy', 1, 'how columns share converters is not said'),
      ...from.assumed(
        'slices',
        slicesFor(2 ** bits, true),
        'the fewest whose levels hold a weight of 8 bits',
      ),
    ],
  };
}
