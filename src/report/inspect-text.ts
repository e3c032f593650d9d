/** What is in a package or a chip -> text: the whole, one layer, or one array of it. */
import type { ArrayCounters } from '../chip/chip.ts';
import type { ChipArrayLook, ChipLook } from '../inspect/inspect-chip.ts';
import type { ArrayLook, LayerLook, PackageLook } from '../inspect/inspect-package.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatBytes, formatCount, formatShare } from './number.ts';
import { type Fact, formatFacts, formatTable, numbers, texts } from './table.ts';

/** Arrays that are listed; all of them are in `--json`. */
const arraysListed = 16;

const siemens = (value: number) => formatQuantity(value, 'S');
const sumOver = (arrays: readonly ArrayLook[], value: (look: ArrayLook) => number) =>
  arrays.reduce((sum, look) => sum + value(look), 0);

function operations(looks: readonly ArrayLook[]): string {
  const counts = new Map<string, number>();
  for (const { instructions } of looks)
    for (const [op, count] of Object.entries(instructions)) counts.set(op, (counts.get(op) ?? 0) + count);
  return [...counts].map(([op, count]) => `${formatCount(count)} ${op}`).join(', ');
}

const cellFacts = (looks: readonly ArrayLook[]): Fact[] => {
  const pairs = sumOver(looks, (look) => look.pairsWritten);
  return [
    ['instructions', operations(looks)],
    [
      'cells',
      [
        `${formatCount(sumOver(looks, (look) => look.cellsFormed))} formed`,
        `${formatCount(sumOver(looks, (look) => look.cellsProgrammed))} told a level`,
        ...(pairs > 0 ? [`${counted(pairs, 'pair')} told a hidden integer or an aim`] : []),
      ].join(', '),
    ],
  ];
};

/** Bitstream, programming and converters of a package, and its first arrays. @param bytes of its bitstream */
export function formatPackage({ layers, arrays, programming }: PackageLook, bytes: number): string {
  const { counters, programmed } = programming;
  const { time, energy, setPulses, resetPulses, formed, fecapWrites, transfers } = counters;
  const work =
    transfers > 0
      ? `${counted(fecapWrites, 'FeCAP write')}, ${counted(transfers, 'transfer')}`
      : `${((setPulses + resetPulses) / Math.max(1, formed)).toFixed(2)} pulses per cell formed`;
  const known =
    programmed < arrays.length
      ? `expected from ${programmed} of ${arrays.length} arrays`
      : 'all arrays programmed once';
  const narrowest = Math.min(...layers.map(({ converters }) => converters.narrowest));
  const widest = Math.max(...layers.map(({ converters }) => converters.widest));
  const { bits, convert } = layers[0]!.converters;
  const facts: Fact[] = [
    ['bitstream', `${formatBytes(bytes)} for ${counted(arrays.length, 'array')}`],
    ...cellFacts(arrays),
    [
      'converters',
      `${bits} bits, one per ${convert}; ranges from ${siemens(narrowest)} to ${siemens(widest)}`,
    ],
    [
      'programming',
      `${formatQuantity(time, 's')} one array after the other, ${formatQuantity(energy, 'J')}, ${work} (${known})`,
    ],
  ];
  const rows = arrays
    .slice(0, arraysListed)
    .map((look) => [
      String(look.array),
      `${look.rowsUsed} x ${look.columnsUsed}`,
      formatShare(look.filled),
      formatCount(look.cellsFormed),
      formatCount(Object.values(look.instructions).reduce((sum, count) => sum + count, 0)),
      brief(look.layers),
    ]);
  const columns = [
    ...numbers('array', 'corner used', 'in blocks', 'cells formed', 'instructions'),
    ...texts('layers'),
  ];
  return `${formatFacts(facts)}\n${formatTable(columns, rows)}${more(arrays.length)}`;
}

const brief = (names: readonly string[]) =>
  names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
const more = (arrays: number) =>
  arrays > arraysListed ? `and ${counted(arrays - arraysListed, 'array')} more, each by --array N\n` : '';

export function formatLayer(layer: LayerLook): string {
  const { inputs, converters, onArrays, expected } = layer;
  const copies = layer.copies > 1 ? `, each stored ${layer.copies} times` : '';
  const repeats = layer.repeats > 1 ? `, in ${layer.repeats} rows each` : '';
  return formatFacts([
    ['layer', `${layer.name}: ${layer.shape}, ${layer.rule}`],
    [
      'stored',
      `${layer.encoding}, ${counted(layer.slices, 'slice')}${copies}${repeats}${layer.residual ? ', residual' : ''}`,
    ],
    ['digit step', siemens(layer.digitStep)],
    [
      'inputs',
      `${inputs.bits} bits, ${inputs.signed ? 'signed' : `zero at ${inputs.zero}`}, ${Number(inputs.scale.toPrecision(5))} a step`,
    ],
    [
      'lies in',
      `${counted(layer.blocks, 'block')} on ${counted(onArrays.length, 'array')}, whose cells hold weights to ${formatShare(layer.utilization)}`,
    ],
    [
      'converters',
      `${counted(converters.count, 'setting')} of ${converters.bits} bits, one per ${converters.convert}; ranges from ${siemens(converters.narrowest)} to ${siemens(converters.widest)}`,
    ],
    [
      'an inference',
      `${counted(layer.mvms, 'MVM')}, ${counted(layer.drives, 'drive')}, ${counted(layer.conversions, 'conversion')}, ${formatCount(layer.inSequence)} in sequence a drive`,
    ],
    ...(expected
      ? [
          [
            'expected',
            `${expected.snr.toFixed(1)} dB of signal over error when read, ${expected.unwired.toFixed(1)} dB without wire resistance`,
          ] as const,
        ]
      : []),
  ]);
}

export function formatArray(look: ArrayLook): string {
  const told = look.levels.flatMap((count, code) => (count > 0 ? [[code, count] as const] : []));
  const [lowest, highest] = [told[0]?.[0], told.at(-1)?.[0]];
  return formatFacts([
    [
      'array',
      `${look.array}: ${look.rowsUsed} x ${look.columnsUsed} cells used of its corner, ${formatShare(look.filled)} of all in blocks`,
    ],
    ['layers', look.layers.join(', ')],
    ...cellFacts([look]),
    ...(told.length > 0 ? [['levels', `${lowest} to ${highest}, of ${look.levels.length}`] as const] : []),
  ]);
}

const work = ({
  setPulses,
  resetPulses,
  verifyReads,
  cellsGivenUp,
  fecapWrites,
  transfers,
  time,
  energy,
}: ArrayCounters) =>
  [setPulses + resetPulses, verifyReads, cellsGivenUp, fecapWrites, transfers]
    .map(formatCount)
    .concat(formatQuantity(time, 's'), formatQuantity(energy, 'J'));

/** The arrays of a chip: what each took, and what its cells conduct. */
export function formatChip({ arrays }: ChipLook): string {
  const columns = numbers(
    ...['array', 'pulses', 'reads', 'given up', 'FeCAP writes', 'transfers', 'time', 'energy'],
    ...['least', 'mean', 'most'],
  );
  const rows = arrays
    .slice(0, arraysListed)
    .map(({ array, counters, conductances: { least, mean, most } }) => [
      String(array),
      ...work(counters),
      ...[least, mean, most].map(siemens),
    ]);
  return `${formatTable(columns, rows)}${more(arrays.length)}`;
}

/** What the cells of one array of a chip conduct, as bars. */
export function formatChipArray({ conductances }: ChipArrayLook): string {
  const { least, most, histogram } = conductances;
  const step = (most - least) / histogram.length;
  const highest = Math.max(...histogram);
  const rows = histogram.map((count, bin) => [
    siemens(least + bin * step),
    formatCount(count),
    '#'.repeat(Math.ceil((40 * count) / highest)),
  ]);
  return formatTable([...numbers('from', 'cells'), ...texts('')], rows);
}
