/** All of a target but its way of programming: what the laws of programming and of reading may depend on. Plain SI numbers. */
import type { Cell } from './cell.ts';
import type { Faults } from './faults.ts';
import type { HiddenPlane } from './hidden-plane.ts';
import type { Periphery } from './periphery.ts';
import type { Reading } from './reading.ts';
import type { ArraySize, Converter, Driver } from './sections.ts';

/** What a pulse to one cell does to the others of its row and column, where no transistors isolate them. */
export interface Disturb {
  /** Mean relative change of the conductance after `pulses` half-select pulses, and its spread from cell to cell. */
  readonly disturbDrift: number;
  readonly spread: number;
  readonly pulses: number;
}

/** Optional sections are effects: each is off where its section is absent. */
export interface TargetBase extends Reading, Periphery {
  readonly name: string;
  readonly title: string;
  readonly array: ArraySize;
  readonly cell: Cell;
  /** Present exactly where cells are set by a transfer. */
  readonly hidden?: HiddenPlane | undefined;
  readonly driver: Driver;
  readonly adc: Converter;
  /** Slices per weight where the options do not say: the fewest that the published use needs. */
  readonly slices: number;
  readonly faults?: Faults | undefined;
  readonly disturb?: Disturb | undefined;
}
