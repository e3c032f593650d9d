/** Where chips ran, and what a check found of it, in one line. */
import type { VerifyReport } from '../verify/report.ts';
import { counted, formatCount } from './number.ts';

export function deviceText({ name, adapter, check }: NonNullable<VerifyReport['device']>): string {
  if (!check) return `${name} (${adapter}), on which nothing had to run`;
  const { samples, values, differing } = check;
  const same = differing === 0 ? 'all' : `all but ${formatCount(differing)}`;
  return `${name} (${adapter}); ${same} of ${formatCount(values)} outputs of layers on ${counted(samples, 'sample')} as on the processor`;
}
