/** All of a target but its way of programming: what the laws of programming and of reading may depend on. Plain SI numbers. */
import type { Conditions } from '../conditions/models.ts';
import type { Cell } from './cell.ts';
import type { StatedCircuits } from './circuits.ts';
import type { Faults } from './faults.ts';
import type { HiddenPlane } from './hidden-plane.ts';
import type { Periphery } from './periphery.ts';
import type { ArraySize } from './sections.ts';
import type { WireResistance } from './wires.ts';

/** Optional sections are effects: each is off where its section is absent. */
export interface TargetBase extends Conditions, Periphery {
  readonly name: string;
  readonly title: string;
  readonly array: ArraySize;
  readonly cell: Cell;
  /** Present exactly where cells are set by a transfer. */
  readonly hidden?: HiddenPlane | undefined;
  /** Slices per weight where the options do not say: the fewest that the published use needs. */
  readonly slices: number;
  readonly faults?: Faults | undefined;
  readonly wires?: WireResistance | undefined;
  /** What the circuits around the cells take; no effect, and absent where nobody said. */
  readonly circuits?: StatedCircuits | undefined;
}
