/** Predicted pulses as reports and the compiler see them. */
import { lawOutOfRange } from '../../diagnostics/all.ts';
import type { Cell } from '../../target/cell.ts';
import { percent, siemens, volts } from '../../target/effect.ts';
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
import { crossed, doseBetween } from './dose.ts';
import { type FeedforwardProgramming, parameters } from './parameters.ts';
import { predictedSpread } from './spread.ts';
import { amplitudesOf, clearStep, directionOf, smallestStep } from './staircase.ts';

type LawCheck = Check<ProgrammedTarget<FeedforwardProgramming>>;

const wayOf = (up: boolean) => (up ? 'up' : 'down');
const directions = [true, false] as const;

const risingAmplitudes: LawCheck = ({ programming: { amplitude } }) =>
  unless(
    amplitude.min < amplitude.max,
    'programming.amplitude.max',
    `this must lie above amplitude.min, ${volts(amplitude.min)}`,
  );

/** The amplitude of a mean device's pulse of such a dose (V). */
const amplitudeOf = (law: FeedforwardProgramming, up: boolean, dose: number): number => {
  const { vFull, vScale } = directionOf(law, up);
  return vFull + vScale * Math.log(dose);
};

/** The pulse that takes a mean cell from the end of the window to the last level. */
const farthest: LawCheck = ({ programming: law, cell }) =>
  directions.flatMap((up) => {
    const { gamma } = directionOf(law, up);
    const dose = doseBetween(gamma, 0, crossed(cell, up ? cell.gUseMax : cell.gUseMin, up));
    const field = up ? 'cell.gUseMax' : 'cell.gUseMin';
    if (!Number.isFinite(dose))
      return unless(
        false,
        field,
        `no pulse ${wayOf(up)} reaches this level: the rate of cells is 0 there`,
      ).map((problem) => ({ ...problem, diagnose: lawOutOfRange }));
    const needed = amplitudeOf(law, up, dose);
    const reason = `the pulse ${wayOf(up)} from one end of the window to the last level takes ${volts(needed)}`;
    return unless(needed <= law.amplitude.max, 'programming.amplitude.max', reason);
  });

/** The pulse that moves a mean cell by the tolerance. */
const nearest: LawCheck = ({ programming: law, cell }) =>
  directions.flatMap((up) => {
    const needed = amplitudeOf(law, up, law.tolerance / (cell.gMax - cell.gMin));
    const reason = `the pulse ${wayOf(up)} that moves a cell by the tolerance takes ${volts(needed)}`;
    return unless(needed >= law.amplitude.min, 'programming.amplitude.min', reason);
  });

const staircaseGiven: LawCheck = ({ programming: law }) =>
  directions.flatMap((up) => {
    const { min, max } = law.amplitude;
    const [high, low] = amplitudesOf(law, up);
    const reason = `the staircase ${wayOf(up)} takes pulses of ${volts(low)} and ${volts(high)}, and the driver gives ${volts(min)} to ${volts(max)}`;
    return unless(low >= min && high <= max, 'programming.training.swing', reason);
  });

/** Steps that readings tell from none: a staircase is otherwise not monotone. */
const staircaseRises: LawCheck = ({ programming: law, cell }) =>
  directions.flatMap((up) => {
    const step = smallestStep(law, cell, up);
    const reason = `the smallest step of the staircase ${wayOf(up)}, ${siemens(step)}, is within the noise of two readings, so that the staircase is not monotone`;
    return unless(step > clearStep(law), 'programming.training.pulses', reason);
  });

export const feedforward: SchemeModel<FeedforwardProgramming> = {
  parameters,
  essentials: [
    'programming.tolerance',
    'programming.retries',
    'programming.readNoise',
    'programming.cycleToCycle',
    'programming.training.per',
  ],
  checks: [risingAmplitudes, farthest, nearest, staircaseGiven, staircaseRises],
  of: ({ programming: law, cell }) => ({
    ...readBackAnswers(law, cell),
    pulses: { width: law.pulseTime },
    tolerance: law.tolerance,
    precision: () => ({ tolerance: law.tolerance, readNoise: law.readNoise }),
    spread: (level) => withUnresponsive(law, cell, predictedSpread(law, cell, level)),
    effects: () => effectsOf(law, cell),
    ideals: () => ({
      // Amplitudes are rounded, so that no law of pulses ends at a level: these cells take what they are told.
      'predicted pulses': 'exact cells',
      'devices unlike what was trained': { programming: { ...law, deviceToDevice: 0, arrayToArray: 0 } },
      ...readBackIdeals(law),
    }),
  }),
};

function effectsOf(law: FeedforwardProgramming, cell: Cell) {
  const { amplitude, training } = law;
  const pulses = directions.flatMap((up) => {
    const name = up ? 'potentiation' : 'depression';
    const { vFull, vScale, gamma } = directionOf(law, up);
    return [
      [`${name}.vFull`, volts(vFull)],
      [`${name}.vScale`, volts(vScale)],
      [`${name}.gamma`, percent(gamma)],
    ];
  });
  return [
    {
      name: 'predicted pulses',
      applied: true,
      parameters: {
        ...windowOf(cell),
        ...Object.fromEntries(pulses),
        'amplitude.min': volts(amplitude.min),
        'amplitude.max': volts(amplitude.max),
        'amplitude.bits': String(amplitude.bits),
        tolerance: siemens(law.tolerance),
        retries: String(law.retries),
        cycleToCycle: percent(law.cycleToCycle),
        readNoise: siemens(law.readNoise),
        'training.per': training.per,
        'training.pulses': String(training.pulses),
        'training.swing': formatQuantity(training.swing, 'V'),
      },
      law: 'dose D = exp((V - vFull) / vScale) gain (1 + c2c xi), dx = (1 - gamma x) (1 - exp(-gamma D)) / gamma of the window; V by the pulse model that a training staircase was fitted to, until |reading - G(code)| <= tolerance, 1 + retries times; reading = G + readNoise xi',
    },
    {
      name: 'devices unlike what was trained',
      applied: law.deviceToDevice > 0 || law.arrayToArray > 0,
      parameters: {
        deviceToDevice: String(law.deviceToDevice),
        arrayToArray: String(law.arrayToArray),
      },
      law: 'gain = exp(deviceToDevice xi_device + arrayToArray xi_array), of the cell and of the device that was trained',
    },
    ...readBackEffects(law),
  ];
}
