/** The ways of programming, as they act on the cells of a chip. */
import type { Target } from '../target/target.ts';
import { openDenoise } from './denoise/cells.ts';
import { openErrorLaw } from './error-law/cells.ts';
import { openExact } from './exact/cells.ts';
import { openFeedforward } from './feedforward/cells.ts';
import type { Scheme } from './models.ts';
import { openParallelUpdate } from './parallel-update/cells.ts';
import { openPulseVerify } from './pulse-verify/cells.ts';
import type { ArrayShape, Cells, OpenCells } from './scheme.ts';
import { openTransfer } from './transfer/cells.ts';
import { openWriteVerify } from './write-verify/cells.ts';

export const cells = {
  exact: openExact,
  'write-verify': openWriteVerify,
  'error-law': openErrorLaw,
  'pulse-verify': openPulseVerify,
  feedforward: openFeedforward,
  'parallel-update': openParallelUpdate,
  denoise: openDenoise,
  transfer: openTransfer,
} satisfies Readonly<Record<Scheme, OpenCells<never>>>;

/** The cells of one array, as they come from fabrication. */
export function openCells(target: Target, shape: ArrayShape, seed: number, array: number): Cells {
  const open = cells[target.programming.scheme] as OpenCells<Target['programming']>;
  return open(target, shape, seed, array);
}
