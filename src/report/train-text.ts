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
  const { samples, inputs, synapses, arrays, chips, endurance } = report;
  return formatFacts([
    ['samples', `${formatCount(samples.training)} to learn from, ${formatCount(samples.test)} to test`],
    ['synapses', `${formatCount(synapses)} in ${counted(arrays, 'array')}, ${counted(chips, 'chip')}`],
    ['inputs', formatCount(inputs)],
    ...('transfers' in report ? hiddenFacts(report) : pulseFacts(report)),
    ['memristor wear', wear(endurance.memristor)],
    ...(endurance.fecap ? [['FeCAP wear', wear(endurance.fecap)] as const] : []),
  ]);
}

type Facts = readonly (readonly [string, string])[];

function hiddenFacts({
  inputs,
  synapses,
  transfers,
  costs,
}: Extract<TrainReport, { readonly transfers: number }>): Facts {
  const energy = costs.memristorEnergy + costs.fecapEnergy;
  const writes = costs.updateWrites + costs.restoreWrites;
  return [
    ['transfers', `${formatCount(transfers)} of every synapse`],
    [
      'FeCAP writes',
      `${formatCount(writes)} (${formatCount(costs.updateWrites)} by learning), ${(writes / synapses / Math.max(1, inputs)).toPrecision(3)} per synapse and input`,
    ],
    [
      'energy',
      `${formatQuantity(energy, 'J')} of programming (memristors ${formatQuantity(costs.memristorEnergy, 'J')}, FeCAPs ${formatQuantity(costs.fecapEnergy, 'J')}); ${formatQuantity(energy / synapses, 'J')} per synapse`,
    ],
  ];
}

function pulseFacts({
  inputs,
  synapses,
  costs,
}: Exclude<TrainReport, { readonly transfers: number }>): Facts {
  const { setPulses, resetPulses, halfSelects, reads, stepEnergy, halfSelectEnergy } = costs;
  const pulses = setPulses + resetPulses;
  const energy = stepEnergy + halfSelectEnergy;
  return [
    ['updates', `${formatCount(costs.updates)} of a layer at once, ${formatQuantity(costs.time, 's')}`],
    [
      'pulses',
      `${formatCount(setPulses)} up, ${formatCount(resetPulses)} down, ${(pulses / synapses / Math.max(1, inputs)).toPrecision(3)} per synapse and input; ${formatCount(halfSelects)} on half-selected cells`,
    ],
    ...(reads > 0 ? [['readings', `${formatCount(reads)} of a row`] as const] : []),
    [
      'energy',
      `${formatQuantity(energy, 'J')} of updates (steps ${formatQuantity(stepEnergy, 'J')}, half-selected cells ${formatQuantity(halfSelectEnergy, 'J')}); ${formatQuantity(energy / synapses, 'J')} per synapse`,
    ],
  ];
}

function wear({ cycles, limit }: EnduranceUse): string {
  const used = `${formatCount(cycles)} cycles of the most used`;
  return limit === undefined || limit === Number.POSITIVE_INFINITY
    ? used
    : `${used}, ${formatShare(cycles / limit)} of ${formatCount(limit)}`;
}
