/** Which figures of a cost rest on values that no source states. */
import type { LoadedTarget, ProvenanceEntry } from '../target/target.ts';
import { type Part, parts } from './parts.ts';

export interface Assumed {
  /** Parts whose energy rests on an assumed value. */
  readonly energy: readonly Part[];
  /** Parts whose area does. */
  readonly area: readonly Part[];
  /** Whether latencies do. */
  readonly time: boolean;
  readonly programming: boolean;
  /** Fields of the target, or `TARGET: FIELD` of one that lends its circuits. */
  readonly fields: readonly string[];
}

/** Fields of the package's target outside `circuits`. */
const ofCells = /^cell\.(gMin|gUse|gUnformed)|^driver\.vRead$/;
const ofProgramming = /^(programming|hidden)\.\w*(time|energy)$/i;

const isAssumed = ({ from }: ProvenanceEntry) => from === 'assumed' || from === 'override';

/** @param borrowed whether the lender is another target: then all that it lends is assumed */
export function assumedIn(own: LoadedTarget, lender: LoadedTarget, borrowed: boolean): Assumed {
  const byConductance = borrowed || lender.target.circuits?.cells.energy === undefined;
  const lent = lender.provenance
    .filter((entry) => entry.field.startsWith('circuits.') && (borrowed || isAssumed(entry)))
    .map(({ field }) => field)
    .filter((field) => !(borrowed && field === 'circuits.cells.energy'));
  const assumed = own.provenance
    .filter((entry) => isAssumed(entry) && !entry.field.startsWith('circuits.'))
    .map(({ field }) => field);
  const cells = byConductance ? assumed.filter((field) => ofCells.test(field)) : [];
  const adc = assumed.filter((field) => field === 'adc.energy' || field === 'adc.time');
  const programming = assumed.filter((field) => ofProgramming.test(field));
  const energyOf = (part: Part) => {
    const settles = part === 'cells' && byConductance && lent.includes('circuits.cells.time');
    const elsewhere =
      (part === 'cells' && cells.length > 0) || (part === 'converters' && adc.includes('adc.energy'));
    return settles || elsewhere || lent.includes(`circuits.${part}.energy`);
  };
  const name = (field: string) => (borrowed ? `${lender.target.name}: ${field}` : field);
  return {
    energy: parts.filter(energyOf),
    area: parts.filter((part) => lent.includes(`circuits.${part}.area`)),
    time: adc.includes('adc.time') || lent.some((field) => field.endsWith('.time')),
    programming: programming.length > 0,
    fields: [...lent.map(name), ...cells, ...adc, ...programming],
  };
}
