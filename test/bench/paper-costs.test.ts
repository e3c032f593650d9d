/** The published costs of the FeCAP chip fit together: from the writes that two of them imply, all follow. */
import { expect, test } from 'vitest';
import type { Learnt } from '../../bench/learning-job.ts';
import { studyFigures } from '../../bench/paper-costs.ts';
import { describeMember, family } from '../../bench/rule-family.ts';

const synapses = 1000;

/** A run in which every synapse switches 0.4 FeCAPs at an input, its least significant 2/9, and a transfer writes back 4. */
function walk(inputs: number): Learnt {
  const transfers = (synapses * inputs) / 100;
  return {
    task: {
      ...{ data: '', widths: [], normalization: 'layer', rule: 'hidden', batch: 1 },
      ...{ transferEvery: 100, spread: 1, seed: 1, inputs },
    },
    ...{ accuracy: 0, synapses, wakeUps: 1000 },
    costs: {
      ...{ transfers, updateWrites: 0.4 * synapses * inputs, restoreWrites: 4 * transfers },
      ...{ signErrors: 0, setPulses: 0, resetPulses: 0, fecapReads: 0, time: 0 },
      ...{ memristorEnergy: 0, fecapEnergy: 0 },
    },
    cycles: { memristor: inputs / 100 + 2, fecap: 1000 + (2 / 9) * inputs },
  };
}

test.each([600_000, 45_000])('%i inputs give margins of 17 and 75, 38 nJ and a ratio of 38', (inputs) => {
  const figures = studyFigures(walk(inputs));
  expect(figures.writes).toBeCloseTo(0.44, 9);
  expect(figures.memristorMargin).toBeCloseTo(1e5 / 6002, 9);
  expect(figures.fecapMargin).toBeCloseTo(75, 9);
  // 2 memristors at 1 pJ and 4 FeCAPs at 0.1 pJ every 100 inputs, and 0.4 FeCAPs at every one.
  expect(1e9 * figures.energy).toBeCloseTo(600 * (2.4 / 100 + 0.04), 9);
  expect(figures.ratio).toBeCloseTo((2.4 + 0.04) / (0.024 + 0.04), 9);
});

test('members of the family are called differently', () => {
  expect(new Set(family.map(describeMember)).size).toBe(family.length);
});
