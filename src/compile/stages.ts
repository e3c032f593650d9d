/**
 * The compiler on one page: its stages, and the passes of each in their order, which stands nowhere else. A step names what
 * its pass takes and what it makes.
 *
 *   Source ─ lower ─▶ Lowered ─ calibrate.ts ─▶ Calibrated ─ integers ─▶ Integers ─ map ─▶ Mapped ─ program ─▶ Programmed
 */
import { chooseEncodings } from '../../passes/integers/choose-encodings.ts';
import { correctBiases } from '../../passes/integers/correct-biases.ts';
import { quantize } from '../../passes/integers/quantize.ts';
import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { equalize } from '../../passes/lower/equalize.ts';
import { expandFused } from '../../passes/lower/expand-fused.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { type FoldContext, foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { type ReplicaContext, replicateLayers } from '../../passes/lower/replicate-layers.ts';
import type { Cut, Uncut } from '../../passes/map/cut.ts';
import { exchangeRows } from '../../passes/map/exchange-rows.ts';
import type { FaultContext } from '../../passes/map/fault-costs.ts';
import { flipColumns } from '../../passes/map/flip-columns.ts';
import { freeRepeats } from '../../passes/map/free-repeats.ts';
import { drivenBy, groupsAtOnce, loadOf } from '../../passes/map/groups-at-once.ts';
import { lineLimits } from '../../passes/map/line-limits.ts';
import { orderRows } from '../../passes/map/order-rows.ts';
import { packGroups } from '../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../passes/map/place-blocks.ts';
import { reportFaults } from '../../passes/map/report-faults.ts';
import { sliceWeights } from '../../passes/map/slice-weights.ts';
import { tile } from '../../passes/map/tile.ts';
import { workAroundFaults } from '../../passes/map/work-around-faults.ts';
import { chooseConverterRanges } from '../../passes/program/choose-converter-ranges.ts';
import { correctWires } from '../../passes/program/correct-wires.ts';
import { type ExpectContext, expectSignals } from '../../passes/program/expect-signals.ts';
import { type ScheduleContext, writeSchedule } from '../../passes/program/write-schedule.ts';
import { readingSigma } from '../chip/expected-reading.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { MvmNode } from '../ir/graph.ts';
import type { Mapping } from '../ir/mapping.ts';
import { replicasOf } from '../ir/options.ts';
import { upgradeOpset } from '../onnx/upgrade.ts';
import type { Calibrated, Given, Integers, Lowered, Mapped, Programmed, Source } from './artefacts.ts';
import { bytesBetween } from './bytes-between.ts';
import { choiceOf, settledChoiceOf, weightMaxOf } from './choices.ts';
import type { CompileHooks } from './compiled.ts';
import { hasExactCells } from './exact-cells.ts';
import { noiseOf } from './noise-of.ts';
import { type AnyStep, run, runAsync, step, unless } from './step.ts';
import { usualReadings, usualReadTime } from './usual-readings.ts';
import { verifying, verifyLowered } from './verify.ts';

/** The instructions of an array are made when they are asked for: they take more memory than all else. */
const scheduling =
  (mapping: Mapping, { converters, target, predistorted }: ScheduleContext) =>
  () =>
    writeSchedule.run(mapping, { converters, target, predistorted });

const withoutFaults = ({ faults }: Given) => !faults && 'without --faults';

export const stages = {
  lower: [
    step({ name: 'upgrade-opset', run: upgradeOpset }, 'graph', 'graph'),
    step(foldConstants, 'graph', 'graph', ({ options, ...have }: Partial<Given> & FoldContext) => ({
      ...have,
      ...options,
    })),
    step(expandFused, 'graph', 'graph'),
    step(decomposeLayers, 'graph', 'graph'),
    step(lowerLinear, 'graph', 'graph'),
    step(foldBatchNorm, 'graph', 'graph'),
    unless(
      ({ options }) => !options.equalization && 'without equalization',
      step(equalize, 'graph', 'graph'),
    ),
    unless(
      ({ options }) => !options.layers.some(({ replicas = 1 }) => replicas > 1) && 'without replicas',
      step(
        replicateLayers,
        'graph',
        'graph',
        ({ options }: Partial<Given>): ReplicaContext => ({
          replicasOf: (origin) => (options ? replicasOf(options, origin) : 1),
        }),
      ),
    ),
  ],
  integers: [
    step(chooseEncodings, 'real', 'encodings', (have: Calibrated & { cut(uncut: Uncut): Cut }) => ({
      ...have,
      choiceOf: choiceOf(have),
      weightBits: have.options.weightBits,
      sigmaOf: readingSigma(have.target, usualReadTime(have.target)),
    })),
    step(
      quantize,
      'real',
      'graph',
      (have: Calibrated & CompileHooks & Pick<Integers, 'encodings' | 'stored'>) => ({
        ...have,
        rounding: have.options.weightRounding,
        ...defined({ noiseOf: noiseOf(have) }),
        ...(have.withinLimits && {
          limitsOf: (node: MvmNode, most: number) =>
            lineLimits(node, settledChoiceOf(have)(node), have.target, most),
        }),
        weightMaxOf: weightMaxOf(have),
      }),
    ),
    unless(
      ({ options }) => !options.biasCorrection && 'without bias correction',
      step(correctBiases, 'graph', 'graph'),
    ),
  ],
  map: [
    step(sliceWeights, 'nodes', 'layers'),
    step(tile, 'layers', 'blocks'),
    step(packGroups, 'blocks', 'blocks'),
    step(
      placeBlocks,
      'blocks',
      'mapping',
      ({ options, target, layers, graph, record, chips }: Given & Cut & Omit<Integers, 'real'>) => ({
        layers,
        target,
        arrays: options.arrays,
        chips,
        bytesAt: () => bytesBetween(graph, record, layers),
      }),
    ),
    unless(
      ({ options }) => options.rowOrder !== 'magnitude' && 'with the rows in the order given',
      step(orderRows, 'mapping', 'mapping'),
    ),
    unless(
      ({ target }) => target.cell.flipped !== 'heavy' && 'for a target that flips no columns',
      step(flipColumns, 'mapping', 'mapping'),
    ),
    unless(withoutFaults, step(workAroundFaults, 'mapping', 'mapping')),
    unless(
      (given) => withoutFaults(given) || (!given.options.rowsAroundFaults && 'without rows around faults'),
      step(exchangeRows, 'mapping', 'mapping'),
    ),
  ],
  program: [
    step(chooseConverterRanges, 'mapping', 'converters', (have: Omit<Calibrated, 'real'> & CompileHooks) => ({
      ...have,
      policyOf: ({ node }) => choiceOf(have)(node).converterRange,
      columnsPerRange: have.options.columnsPerRange,
    })),
    unless(
      ({ options, target }) =>
        target.wires
          ? options.wireCorrection === 'none' && 'without a correction for the wires'
          : 'on a target without wires',
      step(
        correctWires,
        'mapping',
        'predistorted',
        ({ options, ...have }: Given & CompileHooks & Partial<Pick<Calibrated, 'pool'>>) => ({
          ...have,
          levels: options.wireCorrection === 'levels',
        }),
      ),
    ),
    unless(
      ({ target }) => hasExactCells(target) && 'with exact cells',
      step(expectSignals, 'mapping', 'expected', (have: Omit<ExpectContext, 'readings'>) => ({
        ...have,
        readings: usualReadings(have.target),
      })),
    ),
    step({ ...writeSchedule, run: scheduling }, 'mapping', 'schedule'),
  ],
} as const;

/** All passes, in their order. */
export const passes: readonly AnyStep[] = Object.values(stages).flat();

const [, ...afterUpgrade] = stages.lower;
const [slice, tiles, pack, place, order, flip, ...aroundFaults] = stages.map;
const [ranges, correct, , schedule] = stages.program;

type OnPass = CompileHooks['onPass'];

/** Takes the model's layers for crossbars out of its operators. */
export async function lower(source: Source & Given, onPass?: OnPass): Promise<Lowered> {
  const { graph } = await runAsync(stages.lower, source, {
    given: source,
    onPass: verifying('lower', source, onPass),
  });
  verifyLowered(graph, source);
  return { real: graph };
}

/** Lowers a model in the opset in which it was read: for those who only ask what becomes of its nodes. */
export const lowerAsRead = async (source: Source): Promise<Lowered> => ({
  real: (await runAsync(afterUpgrade, source)).graph,
});

/** Rounds the layers to integers. */
export function integers(calibrated: Calibrated & CompileHooks): Promise<Integers> {
  const how = { given: calibrated, onPass: verifying('integers', calibrated, calibrated.onPass) };
  return runAsync(stages.integers, { ...calibrated, cut }, how);
}

/** The same for layers that may be some of all, and copies that are known. */
export const roundAgain = (some: Omit<Integers, 'encodings' | 'graph'>): Promise<Pick<Integers, 'graph'>> =>
  runAsync(stages.integers, { ...some, cut }, { given: some });

/** Blocks of layers that are not placed: what estimates look at. */
export const cut = (uncut: Uncut): Cut => run([slice, tiles, pack], uncut);

/** Finds places on arrays for the integers of all layers. */
export function map(quantized: Omit<Integers, 'real'>, onPass?: OnPass): Mapped {
  const { graph, target, record, faults } = quantized;
  const uncut: Uncut = {
    target,
    nodes: graph.nodes.filter((n) => n.kind === 'quantized-mvm'),
    choiceOf: settledChoiceOf(quantized),
    groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => loadOf(layer, record)),
    repeatsOf: (layer) => freeRepeats(layer, target, () => drivenBy(layer, record)),
  };
  const how = { given: quantized, onPass: verifying('integers', quantized, onPass) };
  const placed = run([slice, tiles, pack, place, order, flip], { ...quantized, ...uncut }, how);
  if (faults && placed.mapping.passes)
    raise([
      optionInvalid(
        '--faults',
        'a known chip is mapped around for good, and here layers take passes over it',
      ),
    ]);
  return faults ? mapAroundFaults({ ...placed, faults }, onPass) : placed;
}

/** Lays a mapping around the faults of a chip. */
export function mapAroundFaults(placed: Given & Mapped & FaultContext, onPass?: OnPass): Required<Mapped> {
  const how = { given: placed, onPass: verifying('integers', placed, onPass) };
  const { mapping } = run(aroundFaults, placed, how);
  return { mapping, faultReport: reportFaults(placed.mapping, mapping, placed) };
}

/** Settles the converters, and what is told to the cells. */
export function program(mapped: Omit<Calibrated, 'real'> & Mapped & CompileHooks): Promise<Programmed> {
  return runAsync(stages.program, mapped, { given: mapped, onPass: mapped.onPass });
}

/** The converters of a mapping alone. */
export const convertersOf = (mapped: Omit<Calibrated, 'real'> & Mapped) => runAsync([ranges], mapped);

/** The schedule of a mapping whose converters are settled, where it is known what makes up for wires. */
export const scheduleWith = (have: Mapped & ScheduleContext) => run([schedule], have).schedule;

/** The schedule of a mapping whose converters are settled. */
export const scheduleOf = (have: Given & Mapped & Pick<Programmed, 'converters'>) =>
  runAsync([correct, schedule], have, { given: have });
