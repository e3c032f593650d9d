/** What a target says of its pulses, a preset's name or a model with parameters -> the law of that model. */
import { InternalError } from '../../diagnostic.ts';
import type { PulseParameters } from '../../target/programming.ts';
import { presets } from '../presets.ts';
import type { PulseLaw, StepLaw } from './law.ts';

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
