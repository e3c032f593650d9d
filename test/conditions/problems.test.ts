import { expect, test } from 'vitest';
import { conditionProblems } from '../../src/conditions/models.ts';
import { loadTarget } from '../../src/target/load.ts';
import { exactTarget } from '../chip/bench.ts';
import { raised } from '../data/files.ts';
import { cmoRelaxation, pcmDrift, sectionOf } from '../support/reading-laws.ts';

test('laws whose fields contradict each other are problems of the target', () => {
  const fields = conditionProblems({
    ...exactTarget,
    relaxation: { ...cmoRelaxation, validFrom: 0, validTo: -1, validGMax: 0 },
    drift: { ...pcmDrift, exponentMax: 0, spreadMax: 0, validTo: -1, validGMax: -1 },
    flicker: { amplitude: 0.1, shortest: 1, longest: 0.5 },
    readNoise: { sigma: [1, -0.5] },
  }).map(({ path }) => path.join('.'));
  expect(fields).toEqual([
    'relaxation.validFrom.value',
    'relaxation.validTo.value',
    'relaxation.validGMax.value',
    'drift.exponentMax.value',
    'drift.spreadMax.value',
    'drift.validTo.value',
    'drift.validGMax.value',
    'flicker.longest.value',
    'readNoise.sigma.value',
  ]);
  expect(conditionProblems({ ...exactTarget, relaxation: cmoRelaxation, drift: pcmDrift })).toEqual([]);
});

test('they are told with the flag that set them', async () => {
  const flicker = sectionOf('flicker', { amplitude: 0.1, shortest: '1 s', longest: '1 ms' });
  expect(await raised(loadTarget('ideal', flicker))).toEqual([
    'options/invalid at --set flicker.longest=1 ms: this is shorter than flicker.shortest',
  ]);
});
