/** A law as fitting sees it: which devices it can be fitted to, and what comes out. */
import type { Figure } from '../figures/figure.ts';
import type { Unit } from '../text/units.ts';

/** A number of a law. */
export interface Estimate {
  /** Field of a target, such as `programming.pulse.stepSize`, or the name of what no field has. */
  readonly name: string;
  /** SI units. */
  readonly value: number;
  readonly unit: Unit;
  readonly standardError: number;
}

/** A value of the target. */
export interface FittedField {
  readonly field: string;
  /** In SI units where it is a number with a unit. */
  readonly value: number | string | readonly number[];
  readonly unit: Unit;
  /** Absent where it is no estimate, such as a word. */
  readonly standardError?: number;
  /** What the data do not tell is assumed, with the reason as `how`. */
  readonly from: 'measured' | 'derived' | 'assumed';
  readonly how: string;
  /** It says which variant of its law was fitted: assumed where the data do not tell. */
  readonly isChoice?: true;
}

/** How well a law foretells devices. */
export interface Score {
  readonly devices: number;
  readonly readings: number;
  readonly logLikelihood: number;
  /** Root of the mean square of residuals in their own standard deviations: 1 where the law's noise is right. */
  readonly residual: number;
}

export interface Fit {
  /** Parameters that were fitted to all devices together. */
  readonly parameters: number;
  readonly fields: readonly FittedField[];
  readonly fitted: Score;
  /** Of devices that the fit did not see. */
  readonly score: () => Score | undefined;
  readonly figure: () => Figure;
}

/** One way in which a law can be, such as with additive noise. */
export interface Variant<Devices> {
  readonly law: string;
  /** Empty where the law has one. */
  readonly variant: string;
  /** @param held devices that are only scored */
  /** @returns the fit, or why the law is none of these devices */
  readonly fit: (devices: Devices, held: Devices) => Fit | string;
}
