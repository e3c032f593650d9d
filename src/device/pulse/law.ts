/**
 * Resolves what a target says of its pulses, a preset's name or a model with parameters, into the law of that model. The
 * state of a device is w, from boundMin at gMin to boundMax at gMax, as in the IBM Analog Hardware Acceleration Kit
 * (aihwkit), whose equations the step models follow.
 */
import { InternalError } from '../../diagnostic.ts';
import type { PulseParameters } from '../../target/programming.ts';
import { presets } from '../presets.ts';

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

/** The law of a target's pulses; the target check has seen to it that a model has its parameters. */
export function pulseLawOf(pulse: PulseParameters): PulseLaw {
  const { model } = pulse;
  const given = <K extends keyof PulseParameters>(field: K): NonNullable<PulseParameters[K]> => {
    const value = pulse[field];
    if (value === undefined || value === null)
      throw new InternalError('pulse law', `${model} has no ${field}`);
    return value;
  };
  const step = (): StepLaw => ({
    stepSize: given('stepSize'),
    stepSpread: given('stepSpread'),
    stepLaw: given('stepLaw'),
    upDown: given('upDown'),
    upDownSpread: given('upDownSpread'),
    boundMax: given('boundMax'),
    boundMin: given('boundMin'),
    boundMaxSpread: given('boundMaxSpread'),
    boundMinSpread: given('boundMinSpread'),
    cycleToCycle: given('cycleToCycle'),
    writeNoise: given('writeNoise'),
  });
  switch (model) {
    case 'constant-step':
      return { model, ...step() };
    case 'linear-step':
      return {
        model,
        ...step(),
        noise: given('noise'),
        gammaUp: given('gammaUp'),
        gammaDown: given('gammaDown'),
        gammaUpSpread: given('gammaUpSpread'),
        gammaDownSpread: given('gammaDownSpread'),
        slopeBound: given('slopeBound'),
      };
    case 'soft-bounds':
      return { model, ...step(), noise: given('noise') };
    case 'exponential-step':
      return {
        model,
        ...step(),
        aUp: given('aUp'),
        aDown: given('aDown'),
        gammaUp: given('gammaUp'),
        gammaDown: given('gammaDown'),
        scale: given('scale'),
        offset: given('offset'),
        noiseFloor: given('noiseFloor'),
        noiseSlope: given('noiseSlope'),
      };
    case 'cmo-hfox':
      return {
        model,
        // The model brings step and window; spreads are the target's.
        stepSize: 1,
        stepSpread: given('stepSpread'),
        stepLaw: given('stepLaw'),
        upDown: 0,
        upDownSpread: 0,
        boundMax: 1,
        boundMin: -1,
        boundMaxSpread: 0,
        boundMinSpread: 0,
        cycleToCycle: given('cycleToCycle'),
        writeNoise: 0,
      };
    default:
      return presets[model];
  }
}
