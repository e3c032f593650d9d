/**
 * The configuration of MNSIM 2.0 (thu-nics/MNSIM-2.0, SimConfig.ini), with the meaning that MNSIM/Hardware_Model/{Device,Crossbar,ADC,DAC}.py
 * and MNSIM/Accuracy_Model/Weight_update.py give its fields.
 */
import type { Fields } from './fields.ts';
import type { Conversion, ForeignFormat, Imported, Origin } from './format.ts';
import { quantityOf, slicesFor } from './values.ts';

const [device, crossbar, periphery, element, tile] = [
  'Device level',
  'Crossbar level',
  'Interface level',
  'Process element level',
  'Tile level',
];

/** Bits by DAC_Choice: DAC.py. */
const dacBits = [1, 2, 3, 4, 6, 8];
/** Bits, GS/s and mW by ADC_Choice: ADC.py. */
const converters = [
  [10, 1.5, 6.92],
  [8, 1, 2],
  [8, 1.1, 4],
  [6, 1, 1.26],
  [8, 1.1, 4],
  [6, 1, 1.26],
  [4, 1, 0.7],
] as const;

export const mnsim: ForeignFormat = {
  name: 'MNSIM',
  what: 'SimConfig.ini of MNSIM 2.0: sections [Device level] and [Crossbar level]',
  read: (text) => {
    const root = readIni(text);
    return device! in root && crossbar! in root ? root : undefined;
  },
  convert,
};

/** As Python's configparser: comments are lines of their own. A number is one, and with commas a list of them. */
function readIni(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const sections = new Map<string, Map<string, unknown>>();
  let section = new Map<string, unknown>();
  for (const line of text.split(/\r?\n/).map((whole) => whole.trim())) {
    if (line.startsWith('#') || line.startsWith(';')) continue;
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, unknown>();
      sections.set(name, section);
    }
    const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name === undefined && key !== undefined) section.set(key, readItems(value!));
  }
  return Object.fromEntries([...sections].map(([name, keys]) => [name, Object.fromEntries(keys)]));
}

function readItems(text: string): unknown {
  const items = text.split(',').map((item) => {
    const number = Number(item);
    return item.trim() === '' || Number.isNaN(number) ? item : number;
  });
  return items.length === 1 ? items[0] : items;
}

function convert(fields: Fields, from: Origin): Conversion {
  if (fields.text(`${device}.Device_Type`) === 'SRAM')
    fields.fault(`${device}.Device_Type`, 'this is SRAM, whose cells are no conductances');
  const variation = fields.number(`${device}.Device_Variation`, { min: 0, max: 100 }) ?? 0;
  const cells = readCells(fields, from, variation);
  const values = [
    ...cells.values,
    ...readArrays(fields, from),
    ...readConverters(fields, from),
    ...readWires(fields, from),
  ];
  fields.lose(`${crossbar}.Load_Resistance`, 'columns end in a virtual ground');
  for (const [section, reason] of [
    ['Algorithm Configuration', 'settings of a simulation, and not of a chip'],
    ['Digital module', 'digital parts have no field in a target'],
    ['Architecture level', 'buffers have no field in a target'],
    [tile!, 'digital parts have no field in a target'],
  ] as const)
    fields.lose(section, reason);
  return {
    like: variation > 0 ? 'pcm-256' : 'isaac-128',
    values: [
      ...values,
      ...from.assumed(
        'cell.encoding',
        'differential',
        `${element}.Xbar_Polarity: positive and negative parts`,
      ),
      ...from.assumed(
        'slices',
        slicesFor(cells.levels, false),
        'the fewest whose levels hold a weight of 8 bits',
      ),
    ],
  };
}

function readCells(fields: Fields, from: Origin, variation: number) {
  const at = (name: string) => `${device}.${name}`;
  const list = at('Device_Resistance');
  fields.need(list);
  const levels = fields.number(at('Device_Level'), { min: 2, max: 65536, whole: true }) ?? 2;
  const resistances = fields.numbers(list, levels, { above: 0 });
  const g = resistances?.map((ohm) => 1 / ohm) ?? [1, 2];
  const [low, high] = [g[0]!, g.at(-1)!];
  if (low >= high) fields.fault(list, 'these must fall, from the highest to the lowest resistance');
  const even = g.every(
    (value, k) => Math.abs(value - low - (k * (high - low)) / (g.length - 1)) <= 0.01 * (high - low),
  );
  if (!even)
    fields.lose(
      list,
      'levels lie evenly between the first and the last conductance; those between are not kept',
    );
  const [lowest, highest] = [quantityOf(low, 'S'), quantityOf(high, 'S')];
  const voltage = fields.numbers(at('Read_Voltage'), undefined, { min: 0 })?.at(-1);
  fields.pass(at('Read_Level'));
  const stuck = fields.numbers(at('Device_SAF'), 2, { min: 0, max: 100 });
  const nanoseconds = (name: string) => {
    const value = fields.number(at(name), { above: 0 });
    return value === undefined ? undefined : quantityOf(value * 1e-9, 's');
  };
  const values: readonly Imported[] = [
    ...from.said('cell.levels', levels, at('Device_Level')),
    ...from.derived('cell.gMin', lowest, list, 'the inverse of the first'),
    ...from.derived('cell.gMax', highest, list, 'the inverse of the last'),
    ...from.said('driver.vRead', voltage ? quantityOf(voltage, 'V') : undefined, at('Read_Voltage')),
    ...(stuck?.some((share) => share > 0)
      ? [
          ...from.derived(
            'faults.stuckLow',
            stuck[0]! / 100,
            at('Device_SAF'),
            'percent stuck at high resistance',
          ),
          ...from.derived(
            'faults.stuckHigh',
            stuck[1]! / 100,
            at('Device_SAF'),
            'percent stuck at low resistance',
          ),
          ...from.assumed('faults.endurance', 1e6, 'not said'),
          ...from.assumed('faults.spent', 0, 'not said'),
        ]
      : []),
    ...(variation === 0
      ? []
      : [
          ...from.derived(
            'programming.sigma',
            [0, variation / 100],
            at('Device_Variation'),
            'percent of a resistance, and to first order of a conductance',
          ),
          ...from.derived('programming.distribution', 'normal', at('Device_Variation'), 'as MNSIM draws it'),
          ...from.derived('programming.validFrom', lowest, list, 'the law is meant for the whole window'),
          ...from.derived('programming.validTo', highest, list, 'the law is meant for the whole window'),
          ...from.said('programming.pulseTime', nanoseconds('Write_Latency'), at('Write_Latency')),
          ...from.said('programming.readTime', nanoseconds('Read_Latency'), at('Read_Latency')),
        ]),
  ];
  return { levels, values };
}

const size = { min: 1, max: 65535, whole: true } as const;

function readArrays(fields: Fields, from: Origin): readonly Imported[] {
  const at = `${crossbar}.Xbar_Size`;
  fields.need(at);
  const [rows, columns] = fields.numbers(at, 2, size) ?? [];
  const polarity = fields.number(`${element}.Xbar_Polarity`, { min: 1, max: 2, whole: true }) ?? 2;
  const position = fields.number(`${element}.Sub_Position`, { min: 0, max: 1, whole: true });
  const groups = fields.number(`${element}.Group_Num`, { min: 0, whole: true }) ?? 0;
  const each = fields.numbers(`${tile}.PE_Num`, 2, { min: 0, whole: true }) ?? [0, 0];
  const tiles = fields.numbers('Architecture level.Tile_Num', 2, { min: 0, whole: true }) ?? [0, 0];
  const arrays = [groups, ...each, ...tiles].reduce((product, n) => product * n, 1);
  const shared = fields.number(`${element}.ADC_Num`, { min: 0, whole: true }) ?? 0;
  const doubled = columns === undefined ? undefined : columns * polarity;
  return [
    ...from.said('array.rows', rows, at),
    ...(polarity === 1
      ? from.said('array.columns', columns, at)
      : from.derived('array.columns', doubled, at, 'a positive and a negative crossbar, side by side')),
    ...(arrays === 0
      ? []
      : from.derived('array.arraysPerChip', arrays, `${element}.Group_Num`, 'times PE_Num and Tile_Num')),
    ...from.derived(
      'adc.convert',
      position === undefined ? undefined : position === 0 ? 'pair' : 'column',
      `${element}.Sub_Position`,
      'subtracted before the converter, or after',
    ),
    ...(shared === 0 || columns === undefined
      ? from.assumed('adc.sharedBy', 1, `${element}.ADC_Num leaves it open`)
      : from.derived('adc.sharedBy', Math.ceil(columns / shared), `${element}.ADC_Num`, 'columns for each')),
  ];
}

function readConverters(fields: Fields, from: Origin): readonly Imported[] {
  const at = (name: string) => `${periphery}.${name}`;
  const choice = (name: string, most: number) => {
    const value = fields.number(at(name), { min: -1, max: most, whole: true }) ?? -1;
    if (value === 0) fields.fault(at(name), `this must be -1, or from 1 to ${most}, and is 0`);
    return value;
  };
  const [dac, adc] = [choice('DAC_Choice', dacBits.length), choice('ADC_Choice', converters.length)];
  const precision = (name: string, most: number) => {
    const value = fields.number(at(name), { min: 0, max: most, whole: true }) ?? 0;
    return value === 0 ? undefined : value;
  };
  const [own, ownAdc] = [precision('DAC_Precision', 8), precision('ADC_Precision', 16)];
  fields.lose(at('ADC_Interval_Thres'), 'the range of every column is chosen by calibration');
  const chosen = converters[adc - 1];
  const model = 'by the table of ADC.py';
  const time = chosen && (chosen[0] + 2) / chosen[1];
  return [
    ...(dac > 0
      ? from.derived('driver.bits', dacBits[dac - 1], at('DAC_Choice'), 'by the table of DAC.py')
      : from.said('driver.bits', own, at('DAC_Precision'))),
    ...(chosen
      ? [
          ...from.derived('adc.bits', chosen[0], at('ADC_Choice'), model),
          ...from.derived(
            'adc.time',
            quantityOf(time! * 1e-9, 's'),
            at('ADC_Choice'),
            `${model}: bits + 2 samples`,
          ),
          ...from.derived(
            'adc.energy',
            quantityOf(time! * chosen[2] * 1e-12, 'J'),
            at('ADC_Choice'),
            `${model}: time and power`,
          ),
        ]
      : from.said('adc.bits', ownAdc, at('ADC_Precision'))),
  ];
}

function readWires(fields: Fields, from: Origin): readonly Imported[] {
  const at = `${crossbar}.Wire_Resistance`;
  const ohm = fields.number(at);
  if (ohm === undefined || ohm < 0) {
    fields.lose(at, 'the default is left to MNSIM, whose accuracy knows no wires');
    return [];
  }
  const written = quantityOf(ohm, 'ohm');
  return [...from.said('wires.rowSegment', written, at), ...from.said('wires.columnSegment', written, at)];
}
