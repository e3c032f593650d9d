/**
 * What happens to a programmed cell until it is read, as a target describes it: one interface per optional section, plain
 * SI numbers. Times count from the end of programming.
 */
import type { Periphery } from './periphery.ts';

/**
 * Relaxation in the logarithm of time, the same for all levels (Falcone et al. 2025, as fitted in aihwkit):
 * G(t) = G - slope ln(t / t0) + (spread + spreadSlope ln(t / t0)) xi, with one normal xi per cell.
 */
export interface Relaxation {
  /** Mean loss per factor e of time (S). */
  readonly slope: number;
  /** Spread at t0 (S), and its growth per factor e of time (S). */
  readonly spread: number;
  readonly spreadSlope: number;
  readonly t0: number;
  /** Times (s) and conductances (S) for which the law was measured. */
  readonly validFrom: number;
  readonly validTo: number;
  readonly validGMin: number;
  readonly validGMax: number;
}

/**
 * Structural drift of phase-change cells (Nandakumar et al. 2019): G(t) = G (1 + t / t0)^-nu, with
 * nu = |clip(exponent + exponentSlope x, exponentMin, exponentMax) + clip(spread + spreadSlope x, spreadMin, spreadMax) xi|,
 * x = ln(G / gReference), and one normal xi per cell.
 */
export interface Drift {
  readonly exponent: number;
  readonly exponentSlope: number;
  readonly exponentMin: number;
  readonly exponentMax: number;
  readonly spread: number;
  readonly spreadSlope: number;
  readonly spreadMin: number;
  readonly spreadMax: number;
  /** Conductance of x = 0 (S). */
  readonly gReference: number;
  /** Time at which conductances were first read after programming (s). */
  readonly t0: number;
  readonly validFrom: number;
  readonly validTo: number;
  readonly validGMin: number;
  readonly validGMax: number;
}

/**
 * Read disturb: G(t) = G (1 + change)^n or G (1 - change)^n after n = t / interval read pulses, not beyond the window. No source at
 * hand states a law or a number; the parameters are whatever a user wants to know the consequences of.
 */
export interface ReadDisturb {
  /** Relative change of the conductance per read pulse. */
  readonly change: number;
  readonly towards: 'high' | 'low';
  /** Mean time between two read pulses of a cell (s). */
  readonly interval: number;
}

/** White noise of every reading, whatever the time. */
export interface ReadNoise {
  /** Coefficients c of sigma(G) = sum c_k G^k in SI units, lowest power first; a negative sum counts as 0. */
  readonly sigma: readonly number[];
}

/** sigma = amplitude log10(G / gReference) sqrt(ln((t + readTime) / (2 readTime))), and none below gReference. */
export interface LogNoise {
  readonly amplitude: number;
  readonly gReference: number;
  /** Time of one reading (s). */
  readonly readTime: number;
}

/** sigma = G min(amplitude (G / gReference)^-exponent, limit) sqrt(ln((t + t0 + readTime) / (2 readTime))). */
export interface PowerNoise {
  readonly amplitude: number;
  readonly exponent: number;
  readonly limit: number;
  readonly gReference: number;
  readonly t0: number;
  readonly readTime: number;
}

/** Random telegraph noise: some cells switch between G (1 + amplitude / 2) and G (1 - amplitude / 2). */
export interface Telegraph {
  /** Share of the cells that have a trap. */
  readonly share: number;
  /** Difference of the two states, relative to G. */
  readonly amplitude: number;
  /** Mean stay in the state of high and of low conductance (s). */
  readonly dwellHigh: number;
  readonly dwellLow: number;
}

/** 1/f noise of every cell as a sum of telegraph fluctuators, one per decade of dwell times. */
export interface Flicker {
  /** Standard deviation of the sum, relative to G. */
  readonly amplitude: number;
  /** Shortest and longest correlation time (s). */
  readonly shortest: number;
  readonly longest: number;
}

/** Resistances of the wires and of what drives and senses them (ohm), and the currents that they carry (A). */
export interface WireResistance {
  /** Between neighbouring cells of a row, and of a column. */
  readonly rowSegment: number;
  readonly columnSegment: number;
  readonly driver: number;
  readonly sense: number;
  /** Whether rows are driven from the left end only, or from both ends. */
  readonly sides: 'one' | 'two';
  /** What rows do while others are driven: held at 0 V, where their cells conduct, or gated off, where they do not. */
  readonly idleRows: 'grounded' | 'gated';
  readonly maxDriverCurrent: number;
  readonly maxColumnCurrent: number;
}

/** All sections; an effect is off where its section is absent. */
export interface Reading {
  readonly relaxation?: Relaxation | undefined;
  readonly drift?: Drift | undefined;
  readonly readDisturb?: ReadDisturb | undefined;
  readonly telegraph?: Telegraph | undefined;
  readonly flicker?: Flicker | undefined;
  readonly readNoise?: ReadNoise | undefined;
  readonly logNoise?: LogNoise | undefined;
  readonly powerNoise?: PowerNoise | undefined;
  readonly wires?: WireResistance | undefined;
}

/** Whether two chips with the same programmed conductances would be read alike. */
export function readsAlike(target: Reading & Periphery): boolean {
  const { relaxation, drift, readDisturb, telegraph, flicker, readNoise, logNoise, powerNoise } = target;
  const cells = relaxation ?? drift ?? readDisturb ?? telegraph ?? flicker;
  const noise = readNoise ?? logNoise ?? powerNoise;
  return !(cells ?? noise ?? target.adcErrors ?? target.driverErrors);
}
