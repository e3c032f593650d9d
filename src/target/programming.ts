/** Ways of setting a cell's conductance, as a target describes them: one interface per scheme, plain SI numbers. */

import type { AccessTransistor } from './ferroelectric.ts';

export type Programming =
  | ExactProgramming
  | WriteVerifyProgramming
  | ErrorLawProgramming
  | PulseVerifyProgramming
  | TransferProgramming;

/** The cell takes exactly the conductance that it is told. */
export interface ExactProgramming {
  readonly scheme: 'exact';
}

/** What all schemes have that form memristors and RESET them. */
interface FormingProgramming {
  /** Spread of the conductance right after RESET (S). */
  readonly resetSpread: number;
  readonly formTime: number;
  readonly formEnergy: number;
}

/** What the schemes have in common that program cell by cell and read back. */
interface ReadBackProgramming extends FormingProgramming {
  /** Share of cells that no pulse moves. */
  readonly unresponsive: number;
  readonly pulseTime: number;
  readonly pulseEnergy: number;
  readonly readTime: number;
  readonly readEnergy: number;
}

/** Closed loop: read, and pulse towards the level until within tolerance, else give up. */
export interface WriteVerifyProgramming extends ReadBackProgramming {
  readonly scheme: 'write-verify';
  /** Accepted distance from the level's conductance (S). */
  readonly tolerance: number;
  /** Pulses after which the cell is given up. */
  readonly maxPulses: number;
  /** Mean share of the remaining distance that one pulse covers. */
  readonly stepGain: number;
  /** Smallest mean step that a pulse can make (S). */
  readonly minStep: number;
  /** Relative spread of a step from pulse to pulse. */
  readonly cycleToCycle: number;
  /** Relative spread of the step gain from cell to cell. */
  readonly deviceToDevice: number;
  /** Standard deviation of one verify reading (S). */
  readonly readNoise: number;
}

/** One shot into a published distribution: what remains after the write loop of the authors, whatever that was. */
export interface ErrorLawProgramming extends ReadBackProgramming {
  readonly scheme: 'error-law';
  /** Distribution of the conductance; its mean is the level's, its standard deviation is sigma. */
  readonly distribution: 'normal' | 'log-normal' | 'uniform';
  /** Coefficients c of sigma(G) = sum c_k G^k in SI units, lowest power first; a negative sum counts as 0. */
  readonly sigma: readonly number[];
  /** Conductances over which sigma was fitted (S). */
  readonly validFrom: number;
  readonly validTo: number;
  /** Mean number of pulses per cell, for time, energy and wear. */
  readonly pulses: number;
}

/** Models of what one of many identical pulses does. */
export const stepModels = [
  'constant-step',
  'linear-step',
  'soft-bounds',
  'exponential-step',
  'cmo-hfox',
] as const;
/** Published parameters of such models; src/device/presets.ts has them. */
export const pulsePresets = [
  'ReRamArrayOM',
  'ReRamArrayHfO2',
  'ReRamES',
  'ReRamSB',
  'EcRamMO',
  'PCM',
  'GokmenVlasov',
  'Idealized',
] as const;

/**
 * A pulse model: a preset, or a model with its parameters. Steps and bounds are in units of the state w, which runs from
 * boundMin at gMin to boundMax at gMax; the equations are in src/device/pulse.
 */
export interface PulseParameters {
  readonly model: (typeof stepModels)[number] | (typeof pulsePresets)[number];
  /** Mean step at w = 0. */
  readonly stepSize?: number | undefined;
  /** Spread of the step from device to device, relative (normal) or of its logarithm (log-normal). */
  readonly stepSpread?: number | undefined;
  readonly stepLaw?: 'normal' | 'log-normal' | undefined;
  /** Mean asymmetry of steps up and down, and its spread from device to device, relative to the step. */
  readonly upDown?: number | undefined;
  readonly upDownSpread?: number | undefined;
  readonly boundMax?: number | undefined;
  readonly boundMin?: number | undefined;
  /** Relative spreads of the bounds from device to device. */
  readonly boundMaxSpread?: number | undefined;
  readonly boundMinSpread?: number | undefined;
  /** Spread of a step from pulse to pulse, in steps. */
  readonly cycleToCycle?: number | undefined;
  /** Noise of the conductance that every pulse draws anew, in steps; the state below it keeps its value. */
  readonly writeNoise?: number | undefined;
  /** Whether cycleToCycle is a share of the step at w, or of that at w = 0. */
  readonly noise?: 'multiplicative' | 'additive' | undefined;
  /** linear-step: share of the step that is lost at the bound, and its spread. exponential-step: steepness. */
  readonly gammaUp?: number | undefined;
  readonly gammaDown?: number | undefined;
  readonly gammaUpSpread?: number | undefined;
  readonly gammaDownSpread?: number | undefined;
  /** Whether the slope refers to the mean bound, or to the device's own. */
  readonly slopeBound?: 'mean' | 'own' | undefined;
  /** exponential-step: step (1 - aUp exp(gammaUp z)), z = 2 scale w / (bounds' distance) + offset. */
  readonly aUp?: number | undefined;
  readonly aDown?: number | undefined;
  readonly scale?: number | undefined;
  readonly offset?: number | undefined;
  /** Additions to the step that cycleToCycle is a share of: constant, and per |w|. */
  readonly noiseFloor?: number | undefined;
  readonly noiseSlope?: number | undefined;
}

/** Closed loop with identical SET and RESET pulses, whose steps a pulse model gives. */
export interface PulseVerifyProgramming extends ReadBackProgramming {
  readonly scheme: 'pulse-verify';
  readonly pulse: PulseParameters;
  /** Accepted distance of a reading from the conductance of the highest level (S). */
  readonly tolerance: number;
  /** Whether lower levels have the same tolerance, or one in proportion to their conductance. */
  readonly toleranceLaw: 'absolute' | 'relative';
  /** Pulses after which the cell is given up. */
  readonly maxPulses: number;
  /** Standard deviation of one verify reading (S). */
  readonly readNoise: number;
  /** Waits after which an accepted cell is read again, and pulsed again where it has left the tolerance. */
  readonly rechecks: number;
  /** Time of such a wait (s); the cell moves by relaxShift + relaxSpread xi meanwhile (S). */
  readonly relaxTime: number;
  readonly relaxShift: number;
  readonly relaxSpread: number;
  /** Share of cells whose steps are slowGain times the others'. */
  readonly slow: number;
  readonly slowGain: number;
  /** Higher pulses for cells that do not move. */
  readonly ladder?: PulseLadder | undefined;
}

export interface PulseLadder {
  /** Pulses in one direction, each moving the reading by less than the tolerance, after which the amplitude rises. */
  readonly after: number;
  /** Factor on the step by every rise, and the largest that all rises make. */
  readonly growth: number;
  readonly limit: number;
}

/** Open loop: hidden weights in FeCAPs set the compliance of a single SET through the transfer line. */
export interface TransferProgramming extends FormingProgramming {
  readonly scheme: 'transfer';
  /** Relative spread of a level's conductance from SET to SET. */
  readonly cycleToCycle: number;
  readonly setTime: number;
  readonly setEnergy: number;
  readonly resetTime: number;
  readonly resetEnergy: number;
  /** What the steps of a digit are in volts and amperes. */
  readonly access?: AccessTransistor | undefined;
}
