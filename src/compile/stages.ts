/**
 * The compiler on one page: its stages, and the passes of each in their order, which stands nowhere else.
 *
 *   Source ─ lower ─▶ Lowered ─ calibrate.ts ─▶ Calibrated ─ integers ─▶ Integers ─ map ─▶ Mapped ─ program ─▶ Programmed
 */
import type { Cut, Uncut } from '../../passes/map/cut.ts';
import { loadOf } from '../../passes/map/groups-at-once.ts';
import { reportFaults } from '../../passes/map/report-faults.ts';
import type { FaultContext } from '../../passes/map/work-around-faults.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import type { Calibrated, Given, Integers, Lowered, Made, Mapped, Programmed, Source } from './artefacts.ts';
import type { CompileHooks } from './compiled.ts';
import { integerSteps, sliceChoiceOf } from './integers.ts';
import { lowerSteps } from './lower.ts';
import { mapSteps } from './map.ts';
import { programSteps } from './program.ts';
import { run, runAsync, type Step } from './step.ts';
import { verifying, verifyLowered } from './verify.ts';

export const stages = {
  lower: [
    lowerSteps.upgradeOpset,
    lowerSteps.foldConstants,
    lowerSteps.decomposeLayers,
    lowerSteps.lowerLinear,
    lowerSteps.foldBatchNorm,
    lowerSteps.equalize,
  ],
  integers: [integerSteps.chooseEncodings, integerSteps.quantize, integerSteps.correctBiases],
  map: [
    mapSteps.sliceWeights,
    mapSteps.tile,
    mapSteps.packGroups,
    mapSteps.placeBlocks,
    mapSteps.orderRows,
    mapSteps.workAroundFaults,
    mapSteps.exchangeRows,
  ],
  program: [programSteps.chooseConverterRanges, programSteps.correctWires, programSteps.writeSchedule],
} as const;

type OnPass = CompileHooks['onPass'];

export function lower(source: Source & Given, onPass?: OnPass): Lowered {
  const { graph } = run(stages.lower, source, { given: source, onPass: verifying('lower', source, onPass) });
  verifyLowered(graph, source);
  return { real: graph };
}

export function integers(calibrated: Calibrated, onPass?: OnPass): Promise<Integers> {
  const onStep = verifying('integers', calibrated, onPass);
  return runAsync(stages.integers, { ...calibrated, cut }, { given: calibrated, onPass: onStep });
}

export function map(quantized: Integers, onPass?: OnPass): Mapped {
  const uncut = {
    nodes: quantized.graph.nodes.filter((n) => n.kind === 'quantized-mvm'),
    sliceChoiceOf: (node) => sliceChoiceOf(quantized, node),
    loadOf: (layer) => loadOf(layer, quantized.record),
  } satisfies Omit<Uncut, 'target'>;
  const onStep = verifying('integers', quantized, onPass);
  return run(stages.map, { ...quantized, ...uncut }, { given: quantized, onPass: onStep });
}

export function program(mapped: Omit<Calibrated, 'real'> & Mapped & CompileHooks): Promise<Programmed> {
  return runAsync(stages.program, mapped, { given: mapped, onPass: mapped.onPass });
}

const [, ...afterUpgrade] = stages.lower;
const [slice, tile, pack, , , ...aroundFaults] = stages.map;
const [ranges, ...afterRanges] = stages.program;

/** A model's layers in the opset in which it was read: for those who only ask what becomes of its nodes. */
export const lowerAsRead = (source: Source): Lowered => ({ real: run(afterUpgrade, source).graph });

/** Blocks of layers that are not placed: what estimates look at. */
export const cut = (uncut: Uncut): Cut => run([slice, tile, pack], uncut);

/** What laying a mapping around the faults of a chip comes to. */
export function tryAroundFaults(placed: Given & Mapped & FaultContext): FaultReport {
  const { mapping } = run(aroundFaults, placed, { given: placed });
  return reportFaults(placed.mapping, mapping, placed);
}

/** Converters of a mapping alone, by block, and its schedule where its converters are settled. */
export const convertersOf = (mapped: Omit<Calibrated, 'real'> & Mapped) => runAsync([ranges], mapped);
export const scheduleOf = (programmed: Given & Mapped & Pick<Programmed, 'converters'>) =>
  runAsync(afterRanges, programmed, { given: programmed });

/** All passes, in their order. */
export const passes: readonly Step<never, Made | Promise<Made>>[] = Object.values(stages).flat();
