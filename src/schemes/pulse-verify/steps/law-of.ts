/** Resolves what a target says of its pulses, a preset's name or a model with parameters, into the law of that model. */
import { presets } from '../presets.ts';
import type { Pulse } from '../pulse.ts';
import type { PulseLaw } from './law.ts';

/** The law of a target's pulses. */
export function pulseLawOf(pulse: Pulse): PulseLaw {
  switch (pulse.model) {
    case 'constant-step':
    case 'linear-step':
    case 'soft-bounds':
    case 'exponential-step':
      return pulse;
    case 'cmo-hfox':
      // The model brings step and window; spreads are the target's.
      return {
        stepSize: 1,
        upDown: 0,
        upDownSpread: 0,
        boundMax: 1,
        boundMin: -1,
        boundMaxSpread: 0,
        boundMinSpread: 0,
        writeNoise: 0,
        ...pulse,
      };
    default:
      return presets[pulse.model];
  }
}
