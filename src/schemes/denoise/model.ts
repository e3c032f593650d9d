/** Denoised writes as reports and the compiler see them. */
import type { Cell } from '../../target/cell.ts';
import { percent, siemens, volts } from '../../target/effect.ts';
import { type Check, unless } from '../../target/problem.ts';
import { formatTime } from '../../text/time.ts';
import {
  readBackAnswers,
  readBackEffects,
  readBackIdeals,
  windowOf,
  withUnresponsive,
} from '../read-back.ts';
import type { ProgrammedTarget, SchemeModel } from '../scheme.ts';
import { loopSpread } from '../spread.ts';
import { type DenoiseProgramming, parameters } from './parameters.ts';

type LawCheck = Check<ProgrammedTarget<DenoiseProgramming>>;

/** Standard deviation of the mean of a look at a cell without traps (S). */
const meanNoise = ({ readNoise, look }: DenoiseProgramming) => readNoise / Math.sqrt(look.reads);

const risingAmplitudes: LawCheck = ({ programming: { weak } }) =>
  unless(
    weak.vMin < weak.vMax,
    'programming.weak.vMax',
    `this must lie above weak.vMin, ${volts(weak.vMin)}`,
  );

const nearer: LawCheck = ({ programming: { aim, coarse, tolerance } }) => [
  ...unless(aim <= tolerance, 'programming.aim', `this lies above the tolerance, ${siemens(tolerance)}`),
  ...unless(aim <= coarse, 'programming.coarse', `this lies below the aim, ${siemens(aim)}`),
];

/** A standard deviation of n readings scatters by its 1 / sqrt(2 n). */
const quietIsSeen: LawCheck = ({ programming: law }) => {
  const loudest = law.readNoise * (1 + 4 / Math.sqrt(2 * law.look.reads));
  return unless(
    law.look.quiet >= loudest,
    'programming.look.quiet',
    `cells without traps scatter by up to ${siemens(loudest)} in a look of ${law.look.reads} readings`,
  );
};

const aimIsSeen: LawCheck = ({ programming: law }) =>
  unless(
    law.aim >= 2 * meanNoise(law),
    'programming.aim',
    `the mean of a look is known to ${siemens(meanNoise(law))}, and the aim must be twice that`,
  );

export const denoise: SchemeModel<DenoiseProgramming> = {
  parameters,
  essentials: ['programming.tolerance', 'programming.aim', 'programming.look.quiet', 'programming.readNoise'],
  checks: [risingAmplitudes, nearer, quietIsSeen, aimIsSeen],
  of: ({ programming: law, cell }) => {
    const answers = readBackAnswers(law, cell);
    return {
      ...answers,
      pulses: { width: law.pulseTime },
      calms: true,
      tolerance: law.tolerance,
      precision: () => ({ tolerance: law.tolerance, readNoise: law.readNoise }),
      spread: (level) => withUnresponsive(law, cell, loopSpread(law.aim, meanNoise(law), level)),
      rates: {
        ...answers.rates,
        weakPulse: { time: law.pulseTime, energy: law.weak.pulseEnergy },
        look: { time: law.look.interval, energy: law.readEnergy },
      },
      effects: () => effectsOf(law, cell),
      // One step takes a cell to where it is seen to be off.
      ideals: () => ({
        'denoised writes': {
          programming: { ...law, stepGain: 1, minStep: 0, cycleToCycle: 0, deviceToDevice: 0, readNoise: 0 },
        },
        ...readBackIdeals(law),
      }),
    };
  },
};

function effectsOf(law: DenoiseProgramming, cell: Cell) {
  const { look, weak } = law;
  return [
    {
      name: 'denoised writes',
      applied: true,
      parameters: {
        ...windowOf(cell),
        tolerance: siemens(law.tolerance),
        coarse: siemens(law.coarse),
        aim: siemens(law.aim),
        maxPulses: String(law.maxPulses),
        restarts: String(law.restarts),
        stepGain: String(law.stepGain),
        minStep: siemens(law.minStep),
        cycleToCycle: percent(law.cycleToCycle),
        deviceToDevice: percent(law.deviceToDevice),
        renewal: siemens(law.renewal),
        readNoise: siemens(law.readNoise),
        'look.reads': String(look.reads),
        'look.interval': formatTime(look.interval),
        'look.quiet': siemens(look.quiet),
        'weak.vMin': volts(weak.vMin),
        'weak.vMax': volts(weak.vMax),
        'weak.amplitudes': String(weak.amplitudes),
        'weak.vFreeze': volts(weak.vFreeze),
        'weak.vScale': volts(weak.vScale),
        'weak.shift': siemens(weak.shift),
      },
      law: 'write-verify until |reading - G(code)| <= coarse, or half of the pulses are spent; weak pulses of both polarities, weakest first, while the readings of a look scatter beyond quiet; steps until |mean of a look - G(code)| <= aim. A pulse that moves a cell by d draws its traps anew with probability 1 - exp(-d / renewal); a weak one freezes each with 1 - exp(-exp((V - vFreeze) / vScale))',
    },
    ...readBackEffects(law),
  ];
}
