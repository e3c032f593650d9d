/** All of a target but its way of programming: what the laws of programming and of reading may depend on. Plain SI numbers. */
import type { Conditions } from '../conditions/models.ts';
import type { Cell } from './cell.ts';
import type { FecapAgeing, FerroelectricFilm } from './ferroelectric.ts';
import type { Periphery } from './periphery.ts';
import type { ArraySize, Faults } from './sections.ts';
import type { WireResistance } from './wires.ts';

/** FeCAPs on the transfer lines. A transfer line is a row: it drives the gates of that row's access transistors. */
export interface HiddenPlane {
  readonly fecapsPerLine: number;
  /** Bits of a hidden integer, sign included (sign and magnitude). */
  readonly bits: number;
  /** Most significant magnitude bits that a transfer reads. */
  readonly transferBits: number;
  /** Bipolar cycles before first use. */
  readonly wakeUpCycles: number;
  readonly wakeUpCycleTime: number;
  readonly writeEnergy: number;
  readonly writeTime: number;
  readonly readTime: number;
  /** Relative spread of a FeCAP's charge around its capacitor's size. */
  readonly chargeSpread: number;
  /** Noise on the transfer line, in steps of the least significant transferred bit. */
  readonly lineNoise: number;
  /** Spread of the access transistor's threshold, in steps of the least significant transferred bit. */
  readonly thresholdSpread: number;
  /** Median difference of the line voltage between a stored 1 and 0 (V). */
  readonly window: number;
  /** Spread of that window from cell to cell (V). */
  readonly windowSpread: number;
  /** Offset spread of the sense amplifiers (V). */
  readonly senseOffset: number;
  /** What its capacitors are made of; without it, every write switches all of them. */
  readonly film?: FerroelectricFilm | undefined;
  /** Without it, cycles and time leave their charge as it is. */
  readonly ageing?: FecapAgeing | undefined;
}

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
}
