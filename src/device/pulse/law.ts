/**
 * The parameters of every model of pulses. The state of a device is w, from boundMin at gMin to boundMax at gMax, as in the IBM
 * Analog Hardware Acceleration Kit (aihwkit), whose equations the step models follow.
 */

/** What all step models have in common. */
export interface StepLaw {
  readonly stepSize: number;
  readonly stepSpread: number;
  readonly stepLaw: 'normal' | 'log-normal';
  readonly upDown: number;
  readonly upDownSpread: number;
  readonly boundMax: number;
  readonly boundMin: number;
  readonly boundMaxSpread: number;
  readonly boundMinSpread: number;
  readonly cycleToCycle: number;
  readonly writeNoise: number;
}

export interface ConstantStepLaw extends StepLaw {
  readonly model: 'constant-step';
}

export interface LinearStepLaw extends StepLaw {
  readonly model: 'linear-step';
  readonly noise: 'multiplicative' | 'additive';
  readonly gammaUp: number;
  readonly gammaDown: number;
  readonly gammaUpSpread: number;
  readonly gammaDownSpread: number;
  readonly slopeBound: 'mean' | 'own';
}

export interface SoftBoundsLaw extends StepLaw {
  readonly model: 'soft-bounds';
  readonly noise: 'multiplicative' | 'additive';
}

export interface ExponentialStepLaw extends StepLaw {
  readonly model: 'exponential-step';
  readonly aUp: number;
  readonly aDown: number;
  readonly gammaUp: number;
  readonly gammaDown: number;
  readonly scale: number;
  readonly offset: number;
  readonly noiseFloor: number;
  readonly noiseSlope: number;
  /** A device that only steps up: a pulse down takes it to `state` + `spread` xi, fixed per device. */
  readonly oneSided?: { readonly state: number; readonly spread: number };
}

/** The compact model of cmo-hfox.ts under its own pulses; w is from -1 at gMin to 1 at gMax. */
export interface CmoHfoxLaw extends StepLaw {
  readonly model: 'cmo-hfox';
}

export type PulseLaw = ConstantStepLaw | LinearStepLaw | SoftBoundsLaw | ExponentialStepLaw | CmoHfoxLaw;
