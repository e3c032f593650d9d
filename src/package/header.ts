/** The header of a bitstream that programs fresh chips of a target. */
import { defined } from '../defined.ts';
import type { BitstreamHeader } from '../ir/schedule.ts';
import { schemeOf } from '../schemes/models.ts';
import type { LoadedTarget } from '../target/target.ts';

export function headerOf({ target, fingerprint }: LoadedTarget, arrays: number): BitstreamHeader {
  return {
    target: target.name,
    fingerprint,
    rows: target.array.rows,
    columns: target.array.columns,
    levels: target.cell.levels,
    hiddenBits: target.hidden?.bits ?? 0,
    ...defined({ updates: schemeOf(target).updates }),
    arrays,
  };
}
