/** An error law as reports and the compiler see it: sigma(G) of the law, held within the window. */
import { lawOutOfRange } from '../../diagnostics/all.ts';
import { polynomial, sigmaAt } from '../../math/polynomial.ts';
import { type Cell, levelConductance, levelStepOf } from '../../target/cell.ts';
import { siemens } from '../../target/effect.ts';
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
import { heldSpread } from '../spread.ts';
import { type ErrorLawProgramming, parameters } from './parameters.ts';

const exactly = (value: number) => formatQuantity(value, 'S', 6);

type LawCheck = Check<ProgrammedTarget<ErrorLawProgramming>>;

const risingRange: LawCheck = ({ programming: { validFrom, validTo } }) =>
  unless(validFrom < validTo, 'programming.validTo', `this must lie above validFrom, ${exactly(validFrom)}`);

/** The end of the levels lies where the law was fitted. */
const levelsWithin =
  (field: 'gUseMin' | 'gUseMax'): LawCheck =>
  ({ programming: { validFrom, validTo }, cell }) => {
    const isWithin = validFrom >= validTo || (cell[field] >= validFrom && cell[field] <= validTo);
    const reason = `sigma(G) was fitted from ${exactly(validFrom)} to ${exactly(validTo)}`;
    return unless(isWithin, `cell.${field}`, reason).map((problem) => ({
      ...problem,
      diagnose: lawOutOfRange,
    }));
  };

const sigmaOfLevels: LawCheck = ({ programming: { sigma: law }, cell }) => {
  for (let code = 0; code < cell.levels; code++) {
    const g = levelConductance(cell, code);
    const sigma = polynomial(law, g);
    const negative = `sigma is negative, ${exactly(sigma)}, at level ${code}, ${exactly(g)}`;
    if (sigma < 0) return unless(false, 'programming.sigma', negative);
  }
  return [];
};

export const errorLaw: SchemeModel<ErrorLawProgramming> = {
  parameters,
  essentials: ['programming.sigma', 'programming.validFrom', 'programming.validTo', 'programming.pulses'],
  checks: [risingRange, levelsWithin('gUseMin'), levelsWithin('gUseMax'), sigmaOfLevels],
  of: ({ programming: law, cell }) => ({
    ...readBackAnswers(law, cell),
    errorLaw: { sigma: law.sigma, distribution: law.distribution },
    tolerance: levelStepOf(cell) / 2,
    // A law accepts nothing.
    precision: () => ({ tolerance: twiceMeanSigma(law, cell), readNoise: 0 }),
    spread: (level) =>
      withUnresponsive(law, cell, heldSpread(law.distribution, sigmaAt(law.sigma, level), cell, level)),
    effects: () => [
      {
        name: 'programming error law',
        applied: true,
        parameters: {
          ...windowOf(cell),
          distribution: law.distribution,
          sigma: `${law.sigma.map((c, k) => Number((c * 1e6 * 1e-6 ** k).toPrecision(6))).join(', ')} (uS)`,
          validFrom: siemens(law.validFrom),
          validTo: siemens(law.validTo),
          pulses: String(law.pulses),
        },
        law: equations[law.distribution],
      },
      ...readBackEffects(law),
    ],
    ideals: () => ({
      'programming error law': { programming: { ...law, sigma: [0] } },
      ...readBackIdeals(law),
    }),
  }),
};

const equations = {
  normal: 'G = clip(G(code) + sigma(G(code)) xi, gMin, gMax), sigma(G) = max(0, sum c_k G^k)',
  uniform: 'G = clip(G(code) + sqrt(3) sigma(G(code)) (2 u - 1), gMin, gMax), sigma(G) = max(0, sum c_k G^k)',
  'log-normal':
    'G = clip(G(code) exp(s xi - s^2 / 2), gMin, gMax), s^2 = ln(1 + (sigma / G(code))^2), sigma(G) = max(0, sum c_k G^k)',
} as const;

/** Over the levels (S). */
function twiceMeanSigma({ sigma }: ErrorLawProgramming, cell: Cell): number {
  let sum = 0;
  for (let code = 0; code < cell.levels; code++) sum += sigmaAt(sigma, levelConductance(cell, code));
  return (2 * sum) / cell.levels;
}
