/** The steps of programming: placed blocks -> the settings of their converters, and the instructions of every array. */
import { chooseConverterRanges } from '../../passes/program/choose-converter-ranges.ts';
import { correctWires } from '../../passes/program/correct-wires.ts';
import { writeSchedule } from '../../passes/program/write-schedule.ts';
import { choiceFor } from '../options.ts';
import type { Calibrated, Given, Mapped, Programmed } from './artefacts.ts';
import type { CompileHooks } from './compiled.ts';
import { step, unless } from './step.ts';

export const programSteps = {
  chooseConverterRanges: step(
    chooseConverterRanges,
    async ({ mapping, record, target, options, pool }: Omit<Calibrated, 'real'> & Mapped) => ({
      converters: await chooseConverterRanges.run(mapping, {
        record,
        target,
        policyOf: (layer) => choiceFor(options, layer.node.origin, target).converterRange,
        columnsPerRange: options.columnsPerRange,
        pool,
      }),
    }),
  ),
  correctWires: unless(
    ({ target, options }) =>
      !target.wires
        ? 'on a target without wires'
        : options.wireCorrection === 'none'
          ? 'without a correction for the wires'
          : undefined,
    step(correctWires, async ({ mapping, target, options, onProgress }: Given & Mapped & CompileHooks) => ({
      predistorted: await correctWires.run(mapping, {
        target,
        levels: options.wireCorrection === 'levels',
        onArray: (done) => onProgress?.('correct for the wires', done, mapping.arrays),
      }),
    })),
  ),
  writeSchedule: step(
    writeSchedule,
    ({ mapping, ...context }: Given & Mapped & Omit<Programmed, 'schedule'>) => ({
      schedule: () => writeSchedule.run(mapping, context),
    }),
  ),
};
