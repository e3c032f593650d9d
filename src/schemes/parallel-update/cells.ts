/** Cells that are programmed one by one with identical pulses, and updated all at once by trains of them. */
import { formatQuantity } from '../../text/units.ts';
import { openPulseVerify } from '../pulse-verify/cells.ts';
import { pulseLawOf } from '../pulse-verify/steps/law-of.ts';
import { conductanceOf, stateOf } from '../pulse-verify/steps/step.ts';
import type { OpenCells, SendPulse, UpdatableCells, Write } from '../scheme.ts';
import type { ParallelUpdateProgramming } from './parameters.ts';
import { drawTrains, givenTrains } from './trains.ts';
import { openUpdatedArray, type UpdatedArray } from './updated-array.ts';

export const openParallelUpdate: OpenCells<ParallelUpdateProgramming> = (target, shape, seed, array) => {
  const cells = openPulseVerify(target, shape, seed, array);
  const { programming, cell: window } = target;
  const law = pulseLawOf(programming.pulse);
  const { vMin, vMax } = programming.update;
  const { rows, columns } = shape;
  // Devices are drawn when the first update comes.
  let opened: UpdatedArray | undefined;
  const open = () => {
    opened ??= openUpdatedArray(programming, window, shape, seed, array);
    return opened;
  };
  let taken = new Float32Array();
  const unit = conductanceOf(law, window, 1) - conductanceOf(law, window, 0);
  const updates: UpdatableCells = {
    voltages: { vSet: programming.update.vSet, vReset: programming.update.vReset },
    step: law.stepSize * unit,
    drawTrains,
    givenTrains,
    refuse(voltage) {
      if (voltage >= vMin && voltage <= vMax) return undefined;
      const [given, least, most] = [voltage, vMin, vMax].map((v) => formatQuantity(v, 'V', 4));
      return `a pulse of ${given} is outside of what drivers give, ${least} to ${most}`;
    },
    take(conductances, held) {
      const { w, stride, shares } = open().cells;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          w[row * stride + column] = stateOf(law, window, conductances[row * columns + column]!);
      taken = w.slice();
      for (const cell of held?.keys() ?? []) {
        const at = Math.floor(cell / columns) * stride + (cell % columns);
        shares.up[at] = shares.down[at] = 0;
      }
    },
    states() {
      const { w, stride } = open().cells;
      return { w, stride, unit, none: stateOf(law, window, 0) };
    },
    memory: () => open().memory,
    update: (given, number) => open().update(given, number),
    settle(visit) {
      const { settle, cells: settled } = open();
      settle();
      const { w, cycles, stride } = settled;
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const at = row * stride + column;
          if (w[at] === taken[at] && cycles[at] === 0) continue;
          visit(row * columns + column, conductanceOf(law, window, w[at]!), cycles[at]!);
        }
      cycles.fill(0);
    },
  };
  // Rungs of a ladder are higher by a factor that no target gives in volts.
  const withVoltages = (sent: SendPulse): SendPulse =>
    programming.ladder
      ? sent
      : (kind) => sent(kind, kind === 'set' ? updates.voltages.vSet : -updates.voltages.vReset);
  const { program } = cells;
  return {
    ...cells,
    ...(program && {
      program: (write: Write) => program(write.sent ? { ...write, sent: withVoltages(write.sent) } : write),
    }),
    updates,
  };
};
