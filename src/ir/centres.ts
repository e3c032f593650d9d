/** What the inputs of a layer are centred by: which layers can be, and what a record says. */
import type { CalibrationRecord } from './calibration-record.ts';
import type { MvmNode } from './graph.ts';

/** Means of the channels of inputs, by the output of the layer that they drive. */
export type Centres = ReadonlyMap<string, Float32Array>;

/** What inputs were centred by when they were recorded. */
export function centresOf({ layers }: Pick<CalibrationRecord, 'layers'>): Centres {
  return new Map([...layers].flatMap(([output, { centre }]) => (centre ? [[output, centre] as const] : [])));
}

/**
 * Whether every row of a layer is driven by one channel, and by no padding: zeros around an input are none around what it
 * deviates by.
 */
export function canCentre({ geometry, groups }: Pick<MvmNode, 'geometry' | 'groups'>): boolean {
  if (groups > 1) return false;
  if (geometry.kind === 'matmul') return true;
  const { kernel, pads, autoPad } = geometry;
  const padded = autoPad === 'NOTSET' ? pads.some((pad) => pad !== 0) : autoPad !== 'VALID';
  return !padded && kernel.every((size) => size === 1);
}
