/** Cells that parallel updates step, as reports and the compiler see them; level codes are programmed by identical pulses. */
import { percent, volts } from '../../target/effect.ts';
import { type Check, unless } from '../../target/problem.ts';
import { pulseVerify } from '../pulse-verify/model.ts';
import { pulseLawOf } from '../pulse-verify/steps/law-of.ts';
import type { ProgrammedTarget, SchemeModel } from '../scheme.ts';
import { type ParallelUpdateProgramming, parameters } from './parameters.ts';

type LawCheck = Check<ProgrammedTarget<ParallelUpdateProgramming>>;

const softBounds: LawCheck = ({ programming: { pulse } }) => {
  const law = pulseLawOf(pulse);
  const closed = law.model === 'soft-bounds' && law.noise === 'additive';
  return [
    ...unless(
      closed,
      'programming.pulse.model',
      'parallel updates are computed for soft bounds with additive noise',
    ),
    ...unless(law.writeNoise === 0, 'programming.pulse.writeNoise', 'parallel updates know no write noise'),
    ...unless(
      law.boundMin < 0,
      'programming.pulse.boundMin',
      'parallel updates step down towards a bound below 0',
    ),
  ];
};

const between =
  (field: 'vSet' | 'vReset'): LawCheck =>
  ({ programming: { update } }) =>
    unless(
      update[field] >= update.vMin && update[field] <= update.vMax,
      `programming.update.${field}`,
      'drivers give voltages from vMin to vMax',
    );

const spreadOfSomething: LawCheck = ({ programming: { update } }) =>
  unless(
    update.disturbSpread === 0 || (update.disturbUp > 0 && update.disturbDown > 0),
    'programming.update.disturbSpread',
    'half-selected cells that make no steps have no spread of them',
  );

export const parallelUpdate: SchemeModel<ParallelUpdateProgramming> = {
  parameters,
  essentials: [...pulseVerify.essentials, 'programming.update.disturbUp', 'programming.update.disturbDown'],
  checks: [...(pulseVerify.checks ?? []), softBounds, between('vSet'), between('vReset'), spreadOfSomething],
  of(target) {
    const { programming } = target;
    const { update } = programming;
    const answers = pulseVerify.of(target);
    const { disturbUp, disturbDown } = update;
    const disturbing = Math.max(disturbUp, disturbDown) > 0;
    const undisturbed = { ...update, disturbUp: 0, disturbDown: 0, disturbSpread: 0 };
    return {
      ...answers,
      updates: true,
      rates: { ...answers.rates, halfSelect: { time: 0, energy: update.halfEnergy } },
      effects: () => [
        ...answers.effects(),
        {
          name: 'half-select by updates',
          applied: disturbing,
          parameters: {
            'update.vSet': volts(update.vSet),
            'update.vReset': volts(update.vReset),
            'update.vMin': volts(update.vMin),
            'update.vMax': volts(update.vMax),
            'update.steepness': String(update.steepness),
            'update.disturbUp': percent(disturbUp),
            'update.disturbDown': percent(disturbDown),
            'update.disturbSpread': String(update.disturbSpread),
          },
          law: 'where pulses of an update meet, one step, times 10^(steepness (v - vSet)), or of vReset; where one meets none, disturbUp or disturbDown of it, plus disturbSpread xi steps',
        },
      ],
      ideals: () => ({
        ...answers.ideals(),
        'half-select by updates': { programming: { ...programming, update: undisturbed } },
      }),
    };
  },
};
