/** The compiler: an ONNX model, a target and sample inputs -> everything that a package holds. */

import { chooseEncodings } from '../../passes/integers/choose-encodings.ts';
import { correctBiases } from '../../passes/integers/correct-biases.ts';
import { quantize } from '../../passes/integers/quantize.ts';
import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { equalize } from '../../passes/lower/equalize.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { exchangeRows } from '../../passes/map/exchange-rows.ts';
import { groupsAtOnce, loadOf } from '../../passes/map/groups-at-once.ts';
import { orderRows } from '../../passes/map/order-rows.ts';
import { packGroups } from '../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../passes/map/place-blocks.ts';
import { reportFaults } from '../../passes/map/report-faults.ts';
import {
  findEncodingProblems,
  type SliceChoice,
  sliceWeights,
  weightMax,
} from '../../passes/map/slice-weights.ts';
import { tile } from '../../passes/map/tile.ts';
import { workAroundFaults } from '../../passes/map/work-around-faults.ts';
import { codedArrays } from '../../passes/program/array-codes.ts';
import { chooseConverterRanges } from '../../passes/program/choose-converter-ranges.ts';
import type { ConverterSettings } from '../../passes/program/layer-converters.ts';
import { writeSchedule } from '../../passes/program/write-schedule.ts';
import { ownQuantization } from '../calibrate/own-range.ts';
import { recordCalibration, type SampleSource } from '../calibrate/record.ts';
import { syntheticSamples } from '../calibrate/synthetic.ts';
import type { CalibrationRecord } from '../calibration-record.ts';
import { InternalError, raise } from '../diagnostic.ts';
import { calibrationMismatch, noRanges } from '../diagnostics.ts';
import { checkGeometry, type FaultMap } from '../fault-map.ts';
import type { EncodingChoice } from '../ir/encoding-choice.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import { describeOrigin, type Graph, type MvmNode, type Origin, type QuantizedMvmNode } from '../ir/graph.ts';
import type { Encoding, Mapping } from '../ir/mapping.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import { type MappingSummary, summarize } from '../ir/summary.ts';
import { verifyGraph } from '../ir/verify-graph.ts';
import { verifyMapping } from '../ir/verify-mapping.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { upgradeOpset } from '../onnx/upgrade.ts';
import { type Choice, type CompileOptions, choiceFor, layerOptions } from '../options.ts';
import { alone, availableThreads, type Pool, runJob, withPool } from '../pool.ts';
import { narrowTarget } from '../target/narrow.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { type Predistorted, job as predistortJob } from '../wires/predistort.ts';
import { listOperators, type OperatorListing } from './operators.ts';
import { threadsFor } from './threads-for.ts';

/** What a compilation made, before it is written as a package. */
export interface Compiled {
  readonly model: { readonly file: string; readonly sha256: string };
  readonly loaded: LoadedTarget;
  readonly options: CompileOptions;
  /** Where every node of the model went, and why. */
  readonly operators: readonly OperatorListing[];
  /** With quantized layers. */
  readonly graph: Graph;
  readonly mapping: Mapping;
  /** By block. */
  readonly converters: readonly ConverterSettings[];
  /** The instructions of every array, made one array at a time. */
  readonly schedule: () => Iterable<ArrayProgram>;
  readonly record: CalibrationRecord;
  readonly summary: MappingSummary;
  /** What working around a fault map came to; the compilation is then for that chip alone. */
  readonly faults?: FaultReport;
}

/** How the inputs of layers are known: from samples, or from an earlier record. */
export type Calibration =
  | { readonly kind: 'samples'; readonly samples: SampleSource }
  | { readonly kind: 'record'; readonly record: CalibrationRecord };

export interface CompileHooks {
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
  /** Called with the graph or mapping after every pass. */
  readonly onPass?: (name: string, result: Graph | Mapping) => void;
}

/**
 * Compiles a model.
 * @param calibration may be left out for a model that quantizes the inputs of all its layers itself; made-up samples then
 *   settle the converters
 * @param faults of the one chip that this is for: its faulty cells are worked around
 * @throws DiagnosticError with every problem of the stage that found some
 */
export function compile(
  model: ImportedModel & { readonly file: string },
  whole: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  hooks: CompileHooks = {},
  faults?: FaultMap,
): Promise<Compiled> {
  // Threads start while the graph is lowered.
  return withPool(threadsFor(model.graph), (pool) =>
    compileOn(pool, model, whole, options, calibration, hooks, faults),
  );
}

async function compileOn(
  pool: Pool,
  model: ImportedModel & { readonly file: string },
  whole: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  hooks: CompileHooks,
  faults: FaultMap | undefined,
): Promise<Compiled> {
  const loaded = narrowTarget(whole, options);
  const { target } = loaded;
  const keepDigital = (origin: Origin) => layerOptions(options, origin).digital ?? false;
  const choiceOf = (node: MvmNode | QuantizedMvmNode) => choiceFor(options, node.origin, target);
  const passed = <T extends Graph | Mapping>(name: string, result: T): T => {
    if ('nodes' in result) verifyGraph(result);
    else verifyMapping(result, target);
    hooks.onPass?.(name, result);
    return result;
  };

  const operators = listOperators(model.graph, keepDigital);
  const modern = passed('upgrade-opset', upgradeOpset(model.graph));
  const folded = passed(foldConstants.name, foldConstants.run(modern));
  const plain = passed(decomposeLayers.name, decomposeLayers.run(folded, { keepDigital }));
  const lowered = passed(lowerLinear.name, lowerLinear.run(plain, { file: model.file, keepDigital }));
  const normed = passed(foldBatchNorm.name, foldBatchNorm.run(lowered));
  const real = options.equalization ? passed(equalize.name, equalize.run(normed)) : normed;
  const matrices = real.nodes.filter((n) => n.kind === 'mvm');
  raise(findEncodingProblems(matrices, target, choiceOf));
  const record = await calibrate(real, model, options, calibration, hooks);
  hooks.onProgress?.('map', 0, 1);
  const { weightBits } = options;
  const encodings = chooseEncodings.run(matrices, { record, target, choiceOf, weightBits });
  const settledOf = (node: MvmNode | QuantizedMvmNode): SliceChoice => {
    const choice = choiceOf(node);
    return { ...choice, encoding: settledEncoding(choice, encodings.get(node.output)) };
  };
  const weightMaxOf = (node: MvmNode) => weightMax(target.cell, settledOf(node), weightBits);
  const quantized = passed(
    quantize.name,
    await quantize.run(real, { record, weightMaxOf, rounding: options.weightRounding, pool }),
  );
  const graph = options.biasCorrection
    ? passed(correctBiases.name, correctBiases.run(quantized, { record, real }))
    : quantized;
  const layers = sliceWeights.run(
    graph.nodes.filter((n) => n.kind === 'quantized-mvm'),
    { target, choiceOf: settledOf },
  );
  const blocks = packGroups.run(tile.run(layers, { target }), {
    layers,
    target,
    groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => loadOf(layer, record)),
  });
  const placed = passed(
    placeBlocks.name,
    placeBlocks.run(blocks, { layers, target, arrays: options.arrays }),
  );
  const { rowOrder } = options;
  const ordered = rowOrder === 'given' ? placed : passed(orderRows.name, orderRows.run(placed, { target }));
  if (faults) checkGeometry(faults, ordered.arrays, target.array);
  const around = faults && { faults, record, target };
  const moved = around ? passed(workAroundFaults.name, workAroundFaults.run(ordered, around)) : ordered;
  const rows = around && options.rowsAroundFaults;
  const mapping = rows ? passed(exchangeRows.name, exchangeRows.run(moved, around)) : moved;
  const converters = await convertersOf(mapping, record, target, options, pool);
  const schedule = await scheduleOf({ mapping, converters, loaded, options }, hooks);
  hooks.onProgress?.('map', 1, 1);
  const rules = new Map(operators.map((o) => [o.origin.index, o.rule]));
  const summary = summarize(mapping, record, target, {
    ruleOf: (origin) => rules.get(origin.index) ?? '',
    encodingOf: (node) => encodings.get(node.output),
  });
  return {
    model: { file: model.file, sha256: model.sha256 },
    loaded,
    options,
    operators,
    graph,
    mapping,
    converters,
    schedule,
    record,
    summary,
    ...(around && { faults: reportFaults(ordered, mapping, around) }),
  };
}

/** Settings of the converters of every block, from the sums that the record's vectors make. */
export function convertersOf(
  mapping: Mapping,
  record: CalibrationRecord,
  target: Target,
  options: CompileOptions,
  pool: Pool = alone,
): Promise<ConverterSettings[]> {
  return chooseConverterRanges.run(mapping, {
    record,
    target,
    policyOf: (layer) => choiceFor(options, layer.node.origin, target).converterRange,
    columnsPerRange: options.columnsPerRange,
    pool,
  });
}

/** How the arrays of a mapping are programmed. Where wires are to be corrected, every array is solved first. */
export async function scheduleOf(
  { mapping, converters, loaded, options }: Pick<Compiled, 'mapping' | 'converters' | 'loaded' | 'options'>,
  hooks: CompileHooks = {},
): Promise<Compiled['schedule']> {
  const { target } = loaded;
  const predistorted = await correctWires(mapping, target, options, hooks);
  return () => writeSchedule.run(mapping, { converters, target, predistorted });
}

function settledEncoding({ encoding }: Choice, chosen: EncodingChoice | undefined): Encoding {
  if (encoding !== 'auto') return encoding;
  if (chosen) return chosen.encoding;
  throw new InternalError('compile', 'a layer without an encoding');
}

/** What makes up for the wires of every array; undefined where nothing is to. */
async function correctWires(
  mapping: Mapping,
  target: Target,
  { wireCorrection }: CompileOptions,
  hooks: CompileHooks,
): Promise<readonly Predistorted[] | undefined> {
  const { array, cell, driver, wires } = target;
  if (!wires || wireCorrection === 'none') return undefined;
  const context = {
    array,
    cell,
    wires,
    bank: wires.idleRows === 'gated' ? driver.rowsAtOnce : array.rows,
    rounds: wireCorrection === 'levels' ? predistortRounds : 0,
  };
  const results: Predistorted[] = [];
  let done = 0;
  await runJob(predistortJob, context, codedArrays(mapping, target), {
    threads: availableThreads(),
    count: mapping.arrays,
    onResult(result, number) {
      results[number] = result;
      hooks.onProgress?.('correct for the wires', ++done, mapping.arrays);
    },
  });
  return results;
}

/** Four bring what six do but for a tenth of a decibel. */
const predistortRounds = 4;

async function calibrate(
  graph: Graph,
  model: ImportedModel & { readonly file: string },
  options: CompileOptions,
  calibration: Calibration | undefined,
  hooks: CompileHooks,
): Promise<CalibrationRecord> {
  const wanted = {
    policy: options.activationRange,
    signed: options.signedActivations,
    equalized: options.equalization,
  };
  if (calibration?.kind !== 'record') {
    const onSample = (done: number, total: number) => hooks.onProgress?.('calibrate', done, total);
    return recordCalibration(graph, model.sha256, calibration?.samples ?? madeUpSamples(graph), {
      ...wanted,
      vectors: options.calibrationVectors,
      onSample,
    });
  }
  const { record } = calibration;
  const problems = [];
  if (record.model !== model.sha256) problems.push('it was recorded from another model');
  const { policy, signed, equalized } = record.activations;
  if (policy !== wanted.policy) problems.push(`it was recorded with activationRange ${policy}`);
  if (signed !== wanted.signed) problems.push(`it was recorded with signedActivations ${signed}`);
  if (equalized !== wanted.equalized) problems.push(`it was recorded with equalization ${equalized}`);
  raise(problems.map((problem) => calibrationMismatch('--calibration', problem)));
  return record;
}

/** For a model whose layers all bring the ranges of their inputs along; raises calibrate/no-ranges for any other. */
function madeUpSamples(graph: Graph): SampleSource {
  const layers = graph.nodes.filter((n) => n.kind === 'mvm');
  const without = layers.filter((n) => !ownQuantization(graph, n.input));
  const samples = without.length === 0 ? syntheticSamples(graph.inputs, syntheticCount) : undefined;
  if (samples) return samples;
  raise([noRanges((without.length > 0 ? without : layers).map((n) => describeOrigin(n.origin)))]);
  throw new InternalError('compile', 'no samples');
}

const syntheticCount = 16;
