/** The laws of pulses: each step model with its parameters, as a target or a preset gives them. */
import type { Modelled, StepLaw } from '../pulse.ts';

export interface ExponentialStepLaw extends Modelled<'exponential-step'> {
  /** A device that only steps up: a pulse down takes it to `state` + `spread` xi, fixed per device. */
  readonly oneSided?: { readonly state: number; readonly spread: number };
}

/** The compact model of cmo-hfox.ts under its own pulses; w is from -1 at gMin to 1 at gMax. */
export interface CmoHfoxLaw extends StepLaw {
  readonly model: 'cmo-hfox';
}

export type PulseLaw =
  | Modelled<'constant-step'>
  | Modelled<'linear-step'>
  | Modelled<'soft-bounds'>
  | ExponentialStepLaw
  | CmoHfoxLaw;
