/** What no single field of a target's programming shows: which fields a pulse model has, and where a law holds. */
import { enduranceSpent, lawOutOfRange, targetMissing } from '../diagnostics.ts';
import { polynomial } from '../polynomial.ts';
import { formatQuantity } from '../units.ts';
import { levelStepOf } from './cell.ts';
import { type Problem, pathOf } from './problem.ts';
import { type PulseParameters, pulsePresets } from './programming.ts';
import type { ErrorLawProgramming, PulseVerifyProgramming, Target } from './target.ts';

const siemens = (value: number) => formatQuantity(value, 'S', 6);

/** Problems between the fields of programming and faults, and between them and the cell. */
export function programmingProblems(target: Target): readonly Problem[] {
  const { programming, faults } = target;
  const problems: Problem[] = [];
  if (programming.scheme === 'error-law') problems.push(...errorLawProblems(target, programming));
  if (programming.scheme === 'pulse-verify') problems.push(...pulseProblems(target, programming));
  if (faults && faults.stuckLow + faults.stuckHigh > 1)
    problems.push({ path: pathOf('faults.stuckHigh'), reason: 'more than all cells would be stuck' });
  if (faults && faults.spent >= faults.endurance)
    problems.push({
      path: pathOf('faults.spent'),
      reason: `faults.endurance is ${faults.endurance}, so no pulse is left`,
      diagnose: (place, field) => enduranceSpent(`${place}: ${field}`, 'any program', 'no pulses'),
    });
  problems.push(...ferroelectricProblems(target));
  if (target.disturb && (programming.scheme === 'exact' || programming.scheme === 'transfer'))
    problems.push({
      path: ['disturb'],
      reason:
        programming.scheme === 'exact'
          ? 'exact cells are programmed without pulses'
          : 'the transistors through which a transfer programs its cells isolate all others',
    });
  return problems;
}

function ferroelectricProblems({ hidden, programming }: Target): readonly Problem[] {
  const { film, ageing } = hidden ?? {};
  const access = programming.scheme === 'transfer' ? programming.access : undefined;
  const problems: Problem[] = [];
  if (film && film.loopTime <= film.attemptTime)
    problems.push({
      path: pathOf('hidden.film.loopTime'),
      reason: `nothing switches within attemptTime, ${formatQuantity(film.attemptTime, 's')}`,
    });
  if (ageing && ageing.spent >= ageing.endurance)
    problems.push({
      path: pathOf('hidden.ageing.spent'),
      reason: '',
      diagnose: (place, field) => enduranceSpent(`${place}: ${field}`, 'any program', 'no cycles', 'FeCAPs'),
    });
  if (access && access.setVoltage <= access.contactVoltage)
    problems.push({
      path: pathOf('programming.access.setVoltage'),
      reason: `${formatQuantity(access.contactVoltage, 'V')} of it stay across the memristor, so no current flows`,
    });
  return problems;
}

function errorLawProblems({ cell }: Target, law: ErrorLawProgramming): readonly Problem[] {
  const problems: Problem[] = [];
  const { validFrom, validTo } = law;
  if (validFrom >= validTo)
    return [
      { path: pathOf('programming.validTo'), reason: `this must lie above validFrom, ${siemens(validFrom)}` },
    ];
  const range = `sigma(G) was fitted from ${siemens(validFrom)} to ${siemens(validTo)}`;
  for (const field of ['gUseMin', 'gUseMax'] as const) {
    if (cell[field] < validFrom || cell[field] > validTo)
      problems.push({ path: pathOf(`cell.${field}`), reason: range, diagnose: lawOutOfRange });
  }
  const step = levelStepOf(cell);
  for (let code = 0; code < cell.levels; code++) {
    const g = cell.gUseMin + code * step;
    const sigma = polynomial(law.sigma, g);
    if (sigma >= 0) continue;
    const reason = `sigma is negative, ${siemens(sigma)}, at level ${code}, ${siemens(g)}`;
    problems.push({ path: pathOf('programming.sigma'), reason });
    break;
  }
  return problems;
}

type Field = Exclude<keyof PulseParameters, 'model'>;

const spreads: readonly Field[] = ['stepSpread', 'stepLaw', 'cycleToCycle'];
const step: readonly Field[] = [
  'stepSize',
  ...spreads,
  'upDown',
  'upDownSpread',
  'boundMax',
  'boundMin',
  'boundMaxSpread',
  'boundMinSpread',
  'writeNoise',
];

/** The parameters of each model. Presets have none. */
const parametersOf: Readonly<Record<string, readonly Field[]>> = {
  'constant-step': step,
  'soft-bounds': [...step, 'noise'],
  'linear-step': [...step, 'noise', 'gammaUp', 'gammaDown', 'gammaUpSpread', 'gammaDownSpread', 'slopeBound'],
  'exponential-step': [
    ...step,
    'aUp',
    'aDown',
    'gammaUp',
    'gammaDown',
    'scale',
    'offset',
    'noiseFloor',
    'noiseSlope',
  ],
  'cmo-hfox': spreads,
};

/** Window in which the compact model's own pulses switch (S). */
const cmoWindow = { from: 25e-6, to: 93e-6 } as const;

function pulseProblems({ cell }: Target, { pulse, ladder }: PulseVerifyProgramming): readonly Problem[] {
  const problems: Problem[] = [];
  const { model } = pulse;
  const needed = parametersOf[model] ?? [];
  for (const field of needed) {
    if (pulse[field] === undefined)
      problems.push({
        path: pathOf(`programming.pulse.${field}`),
        reason: '',
        diagnose: (place, name) => targetMissing(place, name),
      });
  }
  const preset = pulsePresets.some((name) => name === model);
  for (const field of Object.keys(pulse) as (keyof PulseParameters)[]) {
    if (field === 'model' || needed.includes(field)) continue;
    const reason = preset
      ? `the preset ${model} has all parameters, and nothing would use this one`
      : `the model ${model} has no such parameter, and nothing would use it`;
    problems.push({ path: pathOf(`programming.pulse.${field}`), reason });
  }
  if (model !== 'cmo-hfox') return problems;
  const range = `the compact model holds for its own pulses, which switch between ${siemens(cmoWindow.from)} and ${siemens(cmoWindow.to)}`;
  for (const field of ['gMin', 'gMax'] as const) {
    if (cell[field] < cmoWindow.from || cell[field] > cmoWindow.to)
      problems.push({ path: pathOf(`cell.${field}`), reason: range, diagnose: lawOutOfRange });
  }
  if (ladder)
    problems.push({
      path: ['programming', 'ladder'],
      reason: 'the compact model holds for its own pulses, not for higher ones',
    });
  return problems;
}
