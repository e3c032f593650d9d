/** Data, stores and figures of the tests about what is kept from one verification to the next. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore, type ResultStore } from '../../src/files/result-store.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { inputs, labelsFor, memoryData } from './tiny.ts';

const all = inputs(40);
export const samples = all.slice(20);
export const labels = labelsFor(samples, 15);
export const data = memoryData(samples, labels);
export const calibration = memoryData(all.slice(0, 20), undefined);

let folder = '';
let stores = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-kept-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A store that holds nothing yet. */
export const newStore = (): ResultStore => openStore(join(folder, String(stores++)), 'this code');

/** What says where figures come from. */
const taken = { recalledReferences: undefined, recalledTrials: undefined };

/** What cannot depend on the runs before. */
export function figures(report: VerifyReport): unknown {
  const trials = report.trials.map((trial) => ({ ...trial, duration: undefined }));
  return { ...report, trials, duration: undefined, ...taken };
}
