/**
 * How long arrays are busy with one drive of a layer: their currents settle, and their converters take them one after the other.
 * With a sample and hold the next drive settles meanwhile, and the slower of the two sets the pace; without one they follow each
 * other. Blocks of one array that the same inputs do not drive have a drive each.
 */
import { busiestConverters } from '../ir/conversions.ts';
import type { PlacedBlock, SlicedLayer } from '../ir/mapping.ts';
import { sumOf } from '../math/sum.ts';
import type { Circuits } from '../target/circuits.ts';
import type { Target } from '../target/target.ts';

export interface DriveTimes {
  /** By array, what one drive takes it (s). */
  readonly byArray: ReadonlyMap<number, number>;
  /** Of the busiest array (s). */
  readonly most: number;
  /** What is left to be done when the last drive has ended, where conversions follow a hold (s). */
  readonly drain: number;
}

export function driveTimes(
  layer: Pick<SlicedLayer, 'encoding'>,
  blocks: readonly PlacedBlock[],
  adc: Target['adc'],
  { cells: { time: settle }, sampleHold }: Circuits,
): DriveTimes {
  const held = sampleHold !== undefined;
  const busiest = busiestConverters(layer, blocks, adc);
  const pace = (conversions: number) => paceOf(settle, conversions * adc.time, held);
  const byArray = new Map([...busiest].map(([array, drives]) => [array, sumOf(drives.map(pace))]));
  const longest = [...busiest.values()].flat().reduce((most, count) => Math.max(most, count), 0) * adc.time;
  return {
    byArray,
    most: [...byArray.values()].reduce((most, time) => Math.max(most, time), 0),
    drain: held ? Math.min(settle, longest) : 0,
  };
}

/** @param converting time of the conversions of the busiest converter (s) */
export function paceOf(settle: number, converting: number, held: boolean): number {
  return held ? Math.max(settle, converting) : settle + converting;
}
