/** What corrections of a chip cost -> a few words. */
import type { CorrectionCost } from '../column-correction.ts';
import { counted, formatCount, formatShare } from './number.ts';

export function formatCorrections({ layers, multiplications, share }: CorrectionCost): string {
  const work = `${formatCount(multiplications)} digital multiplications an inference`;
  return `sums of inputs added on ${counted(layers, 'layer')}: ${work} (${formatShare(share)})`;
}
