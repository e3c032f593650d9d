/** Write-verify as reports and the compiler see it: readings end within the tolerance, on the side from which the loop came. */
import { percent, siemens } from '../../target/effect.ts';
import {
  readBackAnswers,
  readBackEffects,
  readBackIdeals,
  windowOf,
  withUnresponsive,
} from '../read-back.ts';
import type { SchemeModel } from '../scheme.ts';
import { loopSpreadAt, loopSpreads } from './loop-spread.ts';
import { parameters, type WriteVerifyProgramming } from './parameters.ts';

export const writeVerify: SchemeModel<WriteVerifyProgramming> = {
  parameters,
  essentials: ['programming.tolerance', 'programming.maxPulses', 'programming.readNoise'],
  of: ({ programming: law, cell }) => ({
    ...readBackAnswers(law, cell),
    pulses: { width: law.pulseTime },
    tolerance: law.tolerance,
    precision: () => ({ tolerance: law.tolerance, readNoise: law.readNoise }),
    spread: (level) => withUnresponsive(law, cell, loopSpreads(law, cell)(level)),
    mean: (level) => loopSpreads(law, cell)(level).mean,
    meanAt: (level) => level + loopSpreadAt(law, cell, level).off,
    effects: () => [
      {
        name: 'write-verify error',
        applied: true,
        parameters: {
          ...windowOf(cell),
          tolerance: siemens(law.tolerance),
          maxPulses: String(law.maxPulses),
          stepGain: String(law.stepGain),
          minStep: siemens(law.minStep),
          cycleToCycle: percent(law.cycleToCycle),
          deviceToDevice: percent(law.deviceToDevice),
          readNoise: siemens(law.readNoise),
        },
        law: 'pulse max(minStep, stepGain |G(code) - reading|) (1 + d2d xi) (1 + c2c xi) until |reading - G(code)| <= tolerance; reading = G + readNoise xi',
      },
      ...readBackEffects(law),
    ],
    // One pulse takes a cell to its level, where it is outside the tolerance.
    ideals: () => ({
      'write-verify error': {
        programming: { ...law, stepGain: 1, minStep: 0, cycleToCycle: 0, deviceToDevice: 0, readNoise: 0 },
      },
      ...readBackIdeals(law),
    }),
  }),
};
