/** Identical pulses on a bench: what they do to devices, and how a loop of them comes to its levels, beside the mean device. */

import type { Window } from '../../target/cell.ts';
import { convergenceFigures, rmsOf } from '../convergence-figures.ts';
import { shapingFields } from '../programmed-experiments.ts';
import { pulseResponseFigures } from '../pulse-response.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { loopSpread, resetSpread } from '../spread.ts';
import { openPulseVerify } from './cells.ts';
import { afterPulses } from './mean-device.ts';
import { type PulseVerifyProgramming, parameters } from './parameters.ts';
import {
  drawPulseCell,
  newPulseCell,
  openPulseVerifyDraws,
  pulseVerifyLaw,
  toleranceAt,
} from './pulse-verify.ts';
import { newDevice } from './steps/device.ts';
import type { PulseLaw } from './steps/law.ts';
import { pulseLawOf } from './steps/law-of.ts';
import { conductanceOf, pulsed, stateOf } from './steps/step.ts';

/** Share of the window that the pulses of a train cross, and the most of them. */
const [crossed, most] = [0.9, 2000];

/** What programming rests on: schemes that have more besides do not use it here. */
const loopFields = shapingFields({ programming: parameters });

/** Pulses after which a device that is like the mean has crossed most of the window, or hardly moves. */
function pulsesAcross(law: PulseLaw, window: Window): number {
  const mean = {
    ...newDevice(),
    upper: law.boundMax,
    lower: law.boundMin,
    up: law.stepSize,
    down: law.stepSize,
  };
  const width = law.boundMax - law.boundMin;
  let w = law.boundMin;
  for (let pulses = 1; pulses < most; pulses++) {
    const next = pulsed(law, window, mean, w, true, 1, 0);
    if (next - law.boundMin >= crossed * width || next - w < (1e-3 * width) / pulses)
      return Math.max(10, pulses);
    w = next;
  }
  return most;
}

/** Cells get no more pulses than that they cross the window, without readings in between. */
const potentiation: SchemeExperiment<PulseVerifyProgramming> = ({ programming, cell }, { seed }) => {
  const law = pulseVerifyLaw({ ...programming, unresponsive: 0, slow: 0 }, cell);
  const { pulse } = law;
  const draws = openPulseVerifyDraws(seed, 0);
  const pulses = pulsesAcross(pulse, cell);
  return pulseResponseFigures({
    uses: ['cell.gMin', 'cell.gMax', 'programming.pulse'],
    about: 'of the amplitude of the target',
    pulses,
    open(device) {
      const drawn = newPulseCell();
      drawPulseCell(law, draws, device, drawn);
      let w = drawn.device.lower;
      let number = 0;
      return (up) => {
        // A pulse has draws of its own, so that devices may take turns.
        for (const stream of [draws.cycleToCycle, draws.writeNoise])
          stream.seek(device * 2 * pulses + number);
        number++;
        w = pulsed(pulse, cell, drawn.device, w, up, 1, draws.cycleToCycle.normal());
        const above = pulse.writeNoise * pulse.stepSize * draws.writeNoise.normal();
        return conductanceOf(pulse, cell, w + above);
      };
    },
    law(up, down) {
      const top = afterPulses(pulse, pulse.boundMin, true, up);
      const w = top === undefined ? undefined : afterPulses(pulse, top, false, down);
      return w === undefined ? undefined : conductanceOf(pulse, cell, w);
    },
  });
};

const convergence: SchemeExperiment<PulseVerifyProgramming> = (target, { seed }) => {
  const { programming, cell } = target;
  const law = pulseLawOf(programming.pulse);
  const from = stateOf(law, cell, resetSpread(cell, programming.resetSpread).mean);
  return convergenceFigures({
    target,
    tolerance: programming.tolerance,
    most: programming.maxPulses,
    uses: ['cell.levels', 'cell.gMin', 'cell.gMax', 'cell.gUseMin', 'cell.gUseMax', ...loopFields],
    open: (maxPulses) => (rows, columns) =>
      openPulseVerify(
        { ...target, programming: { ...programming, unresponsive: 0, maxPulses } },
        { rows, columns, hiddenBits: 0 },
        seed,
        0,
      ),
    law(levels, pulses) {
      const w = afterPulses(law, from, true, pulses);
      if (w === undefined) return undefined;
      const reached = conductanceOf(law, cell, w);
      return rmsOf(
        levels.map((level) => {
          const tolerance = toleranceAt(programming, programming.tolerance, level, cell.gUseMax);
          const missing = level - reached;
          return missing > tolerance
            ? missing ** 2
            : loopSpread(tolerance, programming.readNoise, level).variance;
        }),
      );
    },
  });
};

export const pulseVerifyExperiments = { 'identical-pulses': potentiation, convergence } as const;
