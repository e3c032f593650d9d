/** Programming by identical pulses as reports and the compiler see it. */
import { lawOutOfRange } from '../../diagnostics/all.ts';
import type { Cell } from '../../target/cell.ts';
import { percent, siemens } from '../../target/effect.ts';
import { type Check, unless } from '../../target/problem.ts';
import { formatQuantity } from '../../text/units.ts';
import {
  readBackAnswers,
  readBackEffects,
  readBackIdeals,
  windowOf,
  withUnresponsive,
} from '../read-back.ts';
import type { ProgrammedTarget, SchemeModel } from '../scheme.ts';
import { loopSpread } from '../spread.ts';
import { type PulseVerifyProgramming, parameters } from './parameters.ts';
import { pulseProblems, type StepModel } from './pulse.ts';
import { toleranceAt } from './pulse-verify.ts';

/** Window in which the compact model's own pulses switch (S). */
const compactWindow = { from: 25e-6, to: 93e-6 } as const;

const exactly = (value: number) => formatQuantity(value, 'S', 6);

type LawCheck = Check<ProgrammedTarget<PulseVerifyProgramming>>;

const compactWithin =
  (field: 'gMin' | 'gMax'): LawCheck =>
  ({ programming: { pulse }, cell }) => {
    const { from, to } = compactWindow;
    const isWithin = pulse.model !== 'cmo-hfox' || (cell[field] >= from && cell[field] <= to);
    const reason = `the compact model holds for its own pulses, which switch between ${exactly(from)} and ${exactly(to)}`;
    return unless(isWithin, `cell.${field}`, reason).map((problem) => ({
      ...problem,
      diagnose: lawOutOfRange,
    }));
  };

const compactWithoutLadder: LawCheck = ({ programming: { pulse, ladder } }) =>
  pulse.model === 'cmo-hfox' && ladder
    ? [
        {
          path: ['programming', 'ladder'],
          reason: 'the compact model holds for its own pulses, not for higher ones',
        },
      ]
    : [];

export const pulseVerify: SchemeModel<PulseVerifyProgramming> = {
  parameters,
  essentials: ['programming.tolerance', 'programming.maxPulses', 'programming.readNoise'],
  checks: [
    ({ programming: { pulse } }) => pulseProblems(pulse),
    compactWithin('gMin'),
    compactWithin('gMax'),
    compactWithoutLadder,
  ],
  of: ({ programming: law, cell }) => ({
    ...readBackAnswers(law, cell),
    pulses: { width: law.pulseTime },
    tolerance: law.tolerance,
    precision: () => ({ tolerance: law.tolerance, readNoise: law.readNoise }),
    spread(level) {
      const tolerance = toleranceAt(law, law.tolerance, level, cell.gUseMax);
      return withUnresponsive(law, cell, loopSpread(tolerance, law.readNoise, level));
    },
    rates: { ...readBackAnswers(law, cell).rates, relaxation: { time: law.relaxTime, energy: 0 } },
    effects: () => effectsOf(law, cell),
    ideals: () => ({
      // No law of pulses ends at a level: these cells take what they are told, those too that are slow or do not respond.
      'pulse-by-pulse error': 'exact cells',
      're-check after relaxation': { programming: { ...law, relaxShift: 0, relaxSpread: 0 } },
      'slow cells': { programming: { ...law, slow: 0 } },
      ...readBackIdeals(law),
    }),
  }),
};

const stepLaws: Readonly<Record<StepModel, string>> = {
  'constant-step': 'dw = +-step (1 + c2c xi)',
  'linear-step': 'dw = +-step (1 - gamma w / bound) (1 + c2c xi), or additive c2c xi',
  'soft-bounds': 'dw = +-step (1 - w / bound + c2c xi), or multiplicative (1 + c2c xi)',
  'exponential-step': 'dw = +-step max(0, 1 - a exp(+-gamma z)) + c2c (|dw| + floor + slope |w|) xi',
  'cmo-hfox':
    'dG of a +1.35 V or -1.30 V pulse of 1 us by the compact model, times (1 + d2d xi) (1 + c2c xi)',
};

function effectsOf(law: PulseVerifyProgramming, cell: Cell) {
  const { pulse, ladder } = law;
  const given = Object.entries(pulse).map(([field, value]) => [`pulse.${field}`, String(value)]);
  const step = stepLaws[pulse.model as StepModel] ?? `that of the preset ${pulse.model}`;
  return [
    {
      name: 'pulse-by-pulse error',
      applied: true,
      parameters: {
        ...windowOf(cell),
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
    ...readBackEffects(law),
  ];
}
