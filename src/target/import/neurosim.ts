/**
 * The parameters of NeuroSim (neurosim/DNN_NeuroSim_V2.1, Training_pytorch/NeuroSIM/Param.cpp): the plain assignments of its constructor, in
 * SI units, up to those that it says nobody need modify. Its wires follow from their width by the table there.
 */
import type { Fields } from './fields.ts';
import type { Conversion, ForeignFormat, Imported, Origin } from './format.ts';
import { quantityOf, slicesFor } from './values.ts';

/** Aspect ratio and resistivity (ohm m) by wireWidth (nm): Param.cpp. */
const wires: Readonly<Record<number, readonly [aspect: number, rho: number]>> = {
  200: [2.1, 2.42e-8],
  100: [2.3, 2.73e-8],
  50: [2.34, 3.91e-8],
  40: [1.9, 4.03e-8],
  32: [1.9, 4.51e-8],
  22: [2, 5.41e-8],
  14: [2.1, 7.43e-8],
};

export const neurosim: ForeignFormat = {
  name: 'NeuroSim',
  what: 'Param.cpp of DNN+NeuroSim: the constructor Param::Param with numRowSubArray',
  read: (text) => {
    if (!/Param::Param\s*\(/.test(text)) return undefined;
    const root = readAssignments(text);
    return 'numRowSubArray' in root ? root : undefined;
  },
  convert,
};

/** `name = value;` with a number, a product of numbers or a truth value; what is computed from others is left out. */
function readAssignments(text: string): Readonly<Record<string, unknown>> {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) =>
    /NO need to modify/.test(comment) ? '\0' : '',
  );
  const body = plain
    .slice(plain.search(/Param::Param\s*\(/))
    .split('\0')[0]!
    .replaceAll(/\/\/.*$/gm, '');
  const found = [...body.matchAll(/^\s*(\w+)\s*=\s*([^;]+);/gm)].flatMap(([, name, written]) => {
    const value = readLiteral(written!.trim());
    return value === undefined ? [] : [[name!, value] as const];
  });
  return Object.fromEntries(found);
}

function readLiteral(written: string): unknown {
  if (written === 'true' || written === 'false') return written === 'true';
  if (/[A-Za-z_]\w*\s*[/*+-]|[/(]/.test(written) && !/^[\d.eE+*\s-]+$/.test(written)) return undefined;
  const factors = written.split('*').map(Number);
  return factors.some(Number.isNaN) ? written : factors.reduce((product, factor) => product * factor, 1);
}

function convert(fields: Fields, from: Origin): Conversion {
  if (fields.number('memcelltype', { min: 1, max: 3, whole: true }) === 1)
    fields.fault('memcelltype', 'this is SRAM, whose cells are no conductances');
  for (const name of ['numColSubArray', 'resistanceOn', 'resistanceOff', 'cellBit']) fields.need(name);
  const size = { min: 1, max: 65535, whole: true } as const;
  const bits = fields.number('cellBit', { min: 1, max: 16, whole: true }) ?? 1;
  const [on, off] = ['resistanceOn', 'resistanceOff'].map((name) => fields.number(name, { above: 0 }));
  if (on !== undefined && off !== undefined && on >= off)
    fields.fault('resistanceOff', `this must lie above resistanceOn, ${on}`);
  const output = fields.number('levelOutput', { min: 2, max: 65536, whole: true });
  const voltage = fields.number('readVoltage', { above: 0 });
  const inverse = (ohm: number | undefined) => (ohm === undefined ? undefined : quantityOf(1 / ohm, 'S'));
  if (fields.flag('nonlinearIV') === true)
    fields.lose('nonlinearIV', 'products of cells are linear in a target');
  return {
    like: 'isaac-128',
    values: [
      ...from.said('array.rows', fields.number('numRowSubArray', size), 'numRowSubArray'),
      ...from.said('array.columns', fields.number('numColSubArray', size), 'numColSubArray'),
      ...from.derived('cell.levels', 2 ** bits, 'cellBit', '2 to this power'),
      ...from.derived('cell.gMin', inverse(off), 'resistanceOff', 'its inverse'),
      ...from.derived('cell.gMax', inverse(on), 'resistanceOn', 'its inverse'),
      ...from.said(
        'driver.vRead',
        voltage === undefined ? undefined : quantityOf(voltage, 'V'),
        'readVoltage',
      ),
      ...from.derived(
        'adc.bits',
        output === undefined ? undefined : Math.ceil(Math.log2(output)),
        'levelOutput',
        'its logarithm to base 2',
      ),
      ...from.said('adc.sharedBy', fields.number('numColMuxed', size) ?? 1, 'numColMuxed'),
      ...from.assumed(
        'slices',
        slicesFor(2 ** bits, true),
        'the fewest whose levels hold a weight of 8 bits',
      ),
      ...readWires(fields, from),
    ],
  };
}

function readWires(fields: Fields, from: Origin): readonly Imported[] {
  const width = fields.number('wireWidth', { whole: true });
  const isTransistor = (fields.number('accesstype', { min: 1, max: 4, whole: true }) ?? 1) === 1;
  const cell = isTransistor ? '1T1R' : 'Crossbar';
  const [height, along] = ['height', 'width'].map((side) =>
    fields.number(`${side}InFeatureSize${cell}`, { above: 0 }),
  );
  if (width === undefined || width === -1 || height === undefined || along === undefined) return [];
  const of = wires[width];
  if (!of) {
    fields.fault('wireWidth', `this must be -1 or one of ${Object.keys(wires).join(', ')}, and is ${width}`);
    return [];
  }
  const [aspect, rho] = of;
  const metre = width * 1e-9;
  const segment = (features: number) =>
    quantityOf((rho / (metre * metre * aspect)) * metre * features, 'ohm');
  const how = `by the table of Param.cpp, ${cell} cells`;
  return [
    ...from.derived('wires.rowSegment', segment(height), 'wireWidth', how),
    ...from.derived('wires.columnSegment', segment(along), 'wireWidth', how),
  ];
}
