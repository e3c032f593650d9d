/** Surveys a simulated chip: a seed and a number of arrays -> the map of its faulty cells, as a tester would measure it. */

import { cannotSurvey } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { FaultMap } from '../ir/fault-map.ts';
import { schemeOf } from '../schemes/models.ts';
import type { LoadedTarget } from '../target/target.ts';
import { availableThreads, collect } from '../threads/pool.ts';
import { job } from './survey-array.ts';

export interface SurveyOptions {
  /** Arrays that are tested: as many as a package takes, on as many chips as that needs. */
  readonly arrays: number;
  /** Any safe integer: the chip that `program` gets with the same seed. */
  readonly seed: number;
  /** Worker threads. Default: as many as this machine runs at once. The map is the same for any number. */
  readonly threads?: number;
  /** Called after every array. */
  readonly onArray?: (done: number, total: number) => void;
}

/**
 * Tests every cell of a chip. Cells that take exactly what they are told have no faults.
 * @throws DiagnosticError survey/not-possible for a target whose cells cannot be programmed one by one
 */
export async function surveyChip(
  loaded: Pick<LoadedTarget, 'target'>,
  options: SurveyOptions,
): Promise<FaultMap> {
  const { target } = loaded;
  const { arrays, seed, threads = availableThreads(), onArray } = options;
  const scheme = schemeOf(target);
  if (scheme.openLoop)
    raise([
      cannotSurvey(target.name, 'a transfer is a single open-loop SET, which shows no end of the window'),
    ]);
  const { rows, columns } = target.array;
  const all = Array.from({ length: arrays }, (_, array) => array);
  if (scheme.exact && !target.faults) return { rows, columns, arrays: all.map(() => []) };
  const found = await collect(job, { target, seed, arrays }, all, {
    threads,
    count: arrays,
    onDone: onArray,
  });
  return { rows, columns, arrays: found };
}
