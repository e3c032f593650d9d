/** Which figures of a cost rest on values that no source states. */
import type { LoadedTarget, ProvenanceEntry } from '../target/target.ts';
import type { CountedCircuits } from './circuits-of.ts';
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

/** What a target's own file assumes, and all that another lent. */
export function assumedIn(own: LoadedTarget, { circuits, from, lent }: CountedCircuits): Assumed {
  const byConductance = circuits.cells.energy === undefined;
  // Where circuits of another target were asked for, the own ones do not count.
  const counts = ({ field }: ProvenanceEntry) => !field.startsWith('circuits.') || !lent.includes(field);
  const assumed = own.provenance
    .filter((entry) => isAssumed(entry) && counts(entry))
    .map(({ field }) => field);
  const stated = assumed.filter((field) => field.startsWith('circuits.'));
  const unsure = [...lent, ...stated];
  const cells = byConductance ? assumed.filter((field) => ofCells.test(field)) : [];
  const adc = assumed.filter((field) => field === 'adc.energy' || field === 'adc.time');
  const programming = assumed.filter((field) => ofProgramming.test(field));
  const energyOf = (part: Part) => {
    const settles = part === 'cells' && byConductance && unsure.includes('circuits.cells.time');
    const elsewhere =
      (part === 'cells' && cells.length > 0) || (part === 'converters' && adc.includes('adc.energy'));
    return settles || elsewhere || unsure.includes(`circuits.${part}.energy`);
  };
  return {
    energy: parts.filter(energyOf),
    area: parts.filter((part) => unsure.includes(`circuits.${part}.area`)),
    time: adc.includes('adc.time') || unsure.some((field) => field.endsWith('.time')),
    programming: programming.length > 0,
    fields: [...lent.map((field) => `${from}: ${field}`), ...stated, ...cells, ...adc, ...programming],
  };
}
