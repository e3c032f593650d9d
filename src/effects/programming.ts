/** The effects of programming, for the list of effects in every report. */

import { type Effect, percent, siemens } from '../target/effect.ts';
import type { stepModels } from '../target/programming.ts';
import type {
  ErrorLawProgramming,
  PulseVerifyProgramming,
  Target,
  WriteVerifyProgramming,
} from '../target/target.ts';
import { formatQuantity } from '../units.ts';
import { transferEffects } from './transfer.ts';

/** Effects of a target's way of programming, in the order in which they act. */
export function programmingEffects({ cell, programming, hidden }: Target): Effect[] {
  const window = { 'cell.gMin': siemens(cell.gMin), 'cell.gMax': siemens(cell.gMax) };
  switch (programming.scheme) {
    case 'exact':
      return [{ name: 'programming error', applied: false, parameters: window, law: 'G = G(code)' }];
    case 'write-verify':
      return writeVerifyEffects(programming, window);
    case 'error-law':
      return errorLawEffects(programming, window);
    case 'pulse-verify':
      return pulseVerifyEffects(programming, window);
    case 'transfer':
      return hidden ? transferEffects(programming, hidden, window) : [];
  }
}

function writeVerifyEffects(law: WriteVerifyProgramming, window: Effect['parameters']): Effect[] {
  return [
    {
      name: 'write-verify error',
      applied: true,
      parameters: {
        ...window,
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
    ...afterReset(law),
  ];
}

function afterReset(law: { readonly unresponsive: number; readonly resetSpread: number }): Effect[] {
  return [
    {
      name: 'unresponsive cells',
      applied: law.unresponsive > 0,
      parameters: { unresponsive: percent(law.unresponsive) },
      law: 'this share of the cells keeps its conductance after RESET',
    },
    {
      name: 'spread after RESET',
      applied: law.resetSpread > 0,
      parameters: { resetSpread: siemens(law.resetSpread) },
      law: 'G = gMin + |resetSpread xi|',
    },
  ];
}

function errorLawEffects(law: ErrorLawProgramming, window: Effect['parameters']): Effect[] {
  const inMicro = law.sigma.map((c, k) => Number((c * 1e6 * 1e-6 ** k).toPrecision(6)));
  return [
    {
      name: 'programming error law',
      applied: true,
      parameters: {
        ...window,
        distribution: law.distribution,
        sigma: `${inMicro.join(', ')} (uS)`,
        validFrom: siemens(law.validFrom),
        validTo: siemens(law.validTo),
        pulses: String(law.pulses),
      },
      law: {
        normal: 'G = clip(G(code) + sigma(G(code)) xi, gMin, gMax), sigma(G) = max(0, sum c_k G^k)',
        uniform:
          'G = clip(G(code) + sqrt(3) sigma(G(code)) (2 u - 1), gMin, gMax), sigma(G) = max(0, sum c_k G^k)',
        'log-normal':
          'G = clip(G(code) exp(s xi - s^2 / 2), gMin, gMax), s^2 = ln(1 + (sigma / G(code))^2), sigma(G) = max(0, sum c_k G^k)',
      }[law.distribution],
    },
    ...afterReset(law),
  ];
}

const stepLaws: Readonly<Record<(typeof stepModels)[number], string>> = {
  'constant-step': 'dw = +-step (1 + c2c xi)',
  'linear-step': 'dw = +-step (1 - gamma w / bound) (1 + c2c xi), or additive c2c xi',
  'soft-bounds': 'dw = +-step (1 - w / bound + c2c xi), or multiplicative (1 + c2c xi)',
  'exponential-step': 'dw = +-step max(0, 1 - a exp(+-gamma z)) + c2c (|dw| + floor + slope |w|) xi',
  'cmo-hfox':
    'dG of a +1.35 V or -1.30 V pulse of 1 us by the compact model, times (1 + d2d xi) (1 + c2c xi)',
};

function pulseVerifyEffects(law: PulseVerifyProgramming, window: Effect['parameters']): Effect[] {
  const { pulse, ladder } = law;
  const given = Object.entries(pulse).map(([field, value]) => [`pulse.${field}`, String(value)]);
  const step = stepLaws[pulse.model as keyof typeof stepLaws] ?? `that of the preset ${pulse.model}`;
  return [
    {
      name: 'pulse-by-pulse error',
      applied: true,
      parameters: {
        ...window,
        tolerance: siemens(law.tolerance),
        toleranceLaw: law.toleranceLaw,
        maxPulses: String(law.maxPulses),
        readNoise: siemens(law.readNoise),
        ...Object.fromEntries(given),
      },
      law: `identical pulses until |reading - G(code)| <= tolerance, bounds and steps drawn per device; ${step}`,
    },
    {
      name: 'pulse ladder',
      applied: ladder !== undefined,
      parameters: ladder
        ? {
            'ladder.after': String(ladder.after),
            'ladder.growth': String(ladder.growth),
            'ladder.limit': String(ladder.limit),
          }
        : {},
      law: 'step times growth, up to limit, after each `after` pulses in one direction that move the reading by less than the tolerance',
    },
    {
      name: 're-check after relaxation',
      applied: law.rechecks > 0,
      parameters: {
        rechecks: String(law.rechecks),
        relaxTime: formatQuantity(law.relaxTime, 's'),
        relaxShift: siemens(law.relaxShift),
        relaxSpread: siemens(law.relaxSpread),
      },
      law: 'an accepted cell waits, moves by relaxShift + relaxSpread xi, is read, and pulsed again outside the tolerance, at most `rechecks` times',
    },
    {
      name: 'slow cells',
      applied: law.slow > 0 && law.slowGain < 1,
      parameters: { slow: percent(law.slow), slowGain: String(law.slowGain) },
      law: 'the steps of this share of the cells are slowGain times as large',
    },
    ...afterReset(law),
  ];
}
