/** What a run of training came to, as text: its epochs, and what it took. */

import { formatQuantity } from '../text/units.ts';
import type { EnduranceUse, TrainReport } from '../train/report.ts';
import { counted, formatCount, formatShare } from './number.ts';
import { formatFacts, formatTable, numbers } from './table.ts';

export function formatTraining(report: TrainReport): string {
  return `${epochTable(report)}\n${factLines(report)}`;
}

function epochTable({ epochs }: TrainReport): string {
  return formatTable(
    numbers('epoch', 'loss', 'training %', 'test %', 'floating point, test %'),
    epochs.map(({ loss, training, test, float }, i) => [
      String(i + 1),
      loss.toFixed(4),
      ...[training, test, float].map((value) => value.toFixed(2)),
    ]),
  );
}

function factLines(report: TrainReport): string {
  const { samples, inputs, synapses, arrays, chips, transfers, costs, endurance } = report;
  const energy = costs.memristorEnergy + costs.fecapEnergy;
  const writes = costs.updateWrites + costs.restoreWrites;
  return formatFacts([
    ['samples', `${formatCount(samples.training)} to learn from, ${formatCount(samples.test)} to test`],
    ['synapses', `${formatCount(synapses)} in ${counted(arrays, 'array')}, ${counted(chips, 'chip')}`],
    ['inputs', formatCount(inputs)],
    ['transfers', `${formatCount(transfers)} of every synapse`],
    [
      'FeCAP writes',
      `${formatCount(writes)} (${formatCount(costs.updateWrites)} by learning), ${(writes / synapses / Math.max(1, inputs)).toPrecision(3)} per synapse and input`,
    ],
    [
      'energy',
      `${formatQuantity(energy, 'J')} of programming (memristors ${formatQuantity(costs.memristorEnergy, 'J')}, FeCAPs ${formatQuantity(costs.fecapEnergy, 'J')}); ${formatQuantity(energy / synapses, 'J')} per synapse`,
    ],
    ['memristor wear', wear(endurance.memristor)],
    ...(endurance.fecap ? [['FeCAP wear', wear(endurance.fecap)] as const] : []),
  ]);
}

function wear({ cycles, limit }: EnduranceUse): string {
  const used = `${formatCount(cycles)} cycles of the most used`;
  return limit === undefined ? used : `${used}, ${formatShare(cycles / limit)} of ${formatCount(limit)}`;
}
