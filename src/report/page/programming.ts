/** What programming takes -> pulses, time, energy and failed cells: of a chip, or as they are expected of one. */
import { type ArrayCounters, type Chip, totalCounts } from '../../chip/chip.ts';
import type { PackageLook } from '../../inspect/inspect-package.ts';
import { formatQuantity } from '../../text/units.ts';
import { counted, formatCount, formatShare } from '../number.ts';
import type { ReportContent } from './content.ts';
import { type Cell, type Fact, factList, htmlTable } from './html.ts';

/** Failed cells that are listed one by one. */
const cellsListed = 200;

const quantity = (value: number, unit: 'S' | 's' | 'J'): Cell => ({
  text: formatQuantity(value, unit),
  value,
});
const whole = (value: number): Cell => ({ text: formatCount(value), value });

export function htmlProgramming({ chip, look, verified }: ReportContent): string {
  const trials = verified.flatMap(({ report }) => report.trials);
  return [
    chip ? ofChip(chip.chip) : expected(look),
    trials.length > 0
      ? htmlTable({
          caption: 'Chips of the verifications',
          columns: ['seed', 'cells formed', 'pulses', 'readings', 'given up', 'time', 'energy'],
          rows: trials.map(({ seed, programming }) => [
            { text: String(seed), value: seed },
            ...work(programming),
          ]),
        })
      : '',
  ].join('\n');
}

const work = ({
  formed,
  setPulses,
  resetPulses,
  verifyReads,
  cellsGivenUp,
  time,
  energy,
}: ArrayCounters): Cell[] => [
  ...[formed, setPulses + resetPulses, verifyReads, cellsGivenUp].map(whole),
  quantity(time, 's'),
  quantity(energy, 'J'),
];

function totals(counters: ArrayCounters): readonly Fact[] {
  const { formed, setPulses, resetPulses, verifyReads, cellsGivenUp, verifyMisses } = counters;
  const { transfers, signErrors, fecapWrites, fecapReads, time, energy } = counters;
  const pulses = setPulses + resetPulses;
  return [
    ['cells formed', formatCount(formed)],
    [
      'pulses',
      `${formatCount(pulses)} (${formatCount(setPulses)} SET, ${formatCount(resetPulses)} RESET), ${(pulses / Math.max(1, formed)).toFixed(2)} per cell`,
    ],
    ['readings', formatCount(verifyReads)],
    ['cells given up', `${formatCount(cellsGivenUp)} (${formatShare(cellsGivenUp / Math.max(1, formed))})`],
    ['outside the tolerance', formatCount(verifyMisses)],
    ...(transfers + fecapWrites > 0
      ? ([
          ['transfers', `${formatCount(transfers)}, ${counted(signErrors, 'sign error')}`],
          ['FeCAPs', `${formatCount(fecapWrites)} written, ${formatCount(fecapReads)} read`],
        ] as const)
      : []),
    ['time', `${formatQuantity(time, 's')}, one array after the other`],
    ['energy', formatQuantity(energy, 'J')],
  ];
}

function expected({ programming: { counters, programmed, arrays } }: PackageLook): string {
  const from =
    programmed < arrays
      ? `expected from ${programmed} of ${arrays} arrays, which were programmed for it`
      : 'of all arrays, programmed once';
  return `<p>No chip was given: this is ${from}.</p>\n${factList(totals(counters))}`;
}

function ofChip(chip: Chip): string {
  const { counters, failed, wear, calibration } = chip;
  const total = totalCounts(counters);
  const facts: Fact[] = [
    ...totals(total),
    ['wear', `${counted(wear.memristor, 'cycle')} of the memristor with the most`],
    [
      'calibration',
      calibration?.columns.size
        ? `gain and bias of every column of ${counted(calibration.columns.size, 'layer')}`
        : 'none',
    ],
  ];
  const listed = failed.slice(0, cellsListed);
  return `${factList(facts)}
${htmlTable({
  caption: 'By array',
  columns: ['array', 'cells formed', 'pulses', 'readings', 'given up', 'time', 'energy'],
  rows: counters.map((own, array) => [{ text: String(array), value: array }, ...work(own)]),
})}
${
  listed.length > 0
    ? htmlTable({
        caption: `Cells that were given up, ${formatCount(listed.length)} of ${formatCount(total.cellsGivenUp)}`,
        columns: ['array', 'row', 'column', 'wanted', 'reached'],
        rows: listed.map(({ array, row, column, target, reached }) => [
          ...[array, row, column].map((value) => ({ text: String(value), value })),
          quantity(target, 'S'),
          quantity(reached, 'S'),
        ]),
      })
    : '<p>No cell was given up.</p>'
}`;
}
