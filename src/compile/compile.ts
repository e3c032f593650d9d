/** The compiler: an ONNX model, a target and sample inputs -> everything that a package holds. */
import { centreInputs } from '../../passes/lower/centre-inputs.ts';
import { findEncodingProblems } from '../../passes/map/slice-weights.ts';
import { defined } from '../defined.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { centresOf } from '../ir/centres.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { FaultMap } from '../ir/fault-map.ts';
import type { Graph, Origin } from '../ir/graph.ts';
import { type CompileOptions, layerOptions } from '../ir/options.ts';
import { summarize } from '../ir/summary.ts';
import { sizeOf } from '../math/tensor.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { raiseRefused, unlessRefused } from '../record/refused-model.ts';
import { syntheticSamples } from '../record/synthetic.ts';
import type { LoadedTarget } from '../target/target.ts';
import { availableThreads, withWorkers } from '../threads/pool.ts';
import { calibrate } from './calibrate.ts';
import { choiceOf } from './choices.ts';
import { chooseCopies } from './choose-copies.ts';
import type { Calibration, CompileHooks } from './compiled.ts';
import { findFillProblems } from './fill-problems.ts';
import { formAll, narrowTarget } from './narrow-target.ts';
import { digitalIn, operatorsOf } from './operators.ts';
import { roundForCopies } from './round-for-copies.ts';
import { settleWires } from './settle-wires.ts';
import { lower, map, program } from './stages.ts';

/** A model and the name of its file. */
export type ModelFile = ImportedModel & { readonly file: string };

/**
 * Compiles a model.
 * @param calibration may be left out for a model that quantizes the inputs of all its layers itself; made-up samples then
 *   settle the converters
 * @param faults of the one chip that this is for: its faulty cells are worked around
 * @throws DiagnosticError with every problem of the stage that found some
 */
export function compile(
  model: ModelFile,
  whole: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  hooks: CompileHooks = {},
  faults?: FaultMap,
): Promise<Compiled> {
  const samples = calibration?.kind === 'samples' ? calibration.samples : undefined;
  return unlessRefused(model, samples ?? syntheticSamples(model.graph, 1), () =>
    compileSound(model, whole, options, calibration, hooks, faults),
  );
}

/** Compiles a model that onnxruntime runs. */
async function compileSound(
  model: ModelFile,
  whole: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  hooks: CompileHooks,
  faults: FaultMap | undefined,
): Promise<Compiled> {
  hooks.onProgress?.('lower', 0, 1);
  // A record tells of a model that ran.
  if (calibration?.kind !== 'record') await raiseRefused(model);
  // Threads start while the graph is lowered.
  const compiled = await withWorkers(threadsFor(model.graph, whole), async (pool) => {
    const { onProgress, onPass } = hooks;
    const { target: given } = narrowTarget(whole, options);
    const lowered = await lowerModel(model, whole, options, onPass);
    const layers = lowered.nodes.filter((n) => n.kind === 'mvm');
    raise([
      ...findFillProblems(options, given),
      ...findEncodingProblems(layers, given, choiceOf({ options, target: given })),
    ]);
    const { real, record } = await calibrate(lowered, model.sha256, options, given, calibration, onProgress);
    onProgress?.('map', 0, 1);
    const calibrated = { real, record, options, pool, ...hooks, ...defined({ faults }) };
    const { loaded, quantized: settled, choice } = await settleWires(calibrated, whole);
    const { stored, worth } = await chooseCopies(settled);
    const quantized = await roundForCopies({ ...settled, stored });
    const { target } = quantized;
    const { mapping, faultReport } = map({ ...quantized, ...defined({ chips: options.chips }) }, onPass);
    onProgress?.('map', 1, 1);
    // Whether layers take passes is known once they are mapped, and decides what target they are mapped for.
    if (mapping.passes && target.cell.unused === 'unformed') return { again: record };
    const { converters, schedule, expected } = await program({ ...quantized, ...hooks, mapping });
    const { graph, encodings } = quantized;
    const operators = await operatorsOf(model.graph, options, keptDigital(options), async () => lowered);
    const rules = new Map(operators.map((o) => [o.origin.index, o.rule]));
    const summary = summarize(mapping, record, target, {
      ruleOf: (origin) => rules.get(origin.index) ?? '',
      encodingOf: (node) => encodings.get(node.output),
      digital: digitalIn(operators),
      expected,
      wireChoice: choice,
      copiesWorth: worth,
    });
    return {
      model: { file: model.file, sha256: model.sha256 },
      loaded,
      options: quantized.options,
      operators,
      graph,
      mapping,
      converters,
      schedule,
      record,
      summary,
      ...defined({ faults: faultReport, expected }),
    };
  });
  if (!('again' in compiled)) return compiled;
  const recorded = { kind: 'record', record: compiled.again } as const;
  return compileSound(model, formAll(whole), options, recorded, hooks, faults);
}

/** Starting threads takes as long as the passes over a few hundred thousand weights. */
const fewWeights = 500_000;

function threadsFor({ constants }: Graph, { target }: LoadedTarget): number {
  const weights = [...constants.values()].reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  // An array behind wires takes as long as many weights.
  return weights < fewWeights && !target.wires ? 1 : availableThreads();
}

/** The model with its layers for crossbars as `mvm` nodes, before they are calibrated. */
export async function lowerModel(
  { graph, file }: ModelFile,
  { target }: LoadedTarget,
  options: CompileOptions,
  onPass?: CompileHooks['onPass'],
): Promise<Graph> {
  return (await lower({ graph, file, target, options, keepDigital: keptDigital(options) }, onPass)).real;
}

/** The same with inputs centred as they were when they were recorded: what layers are rounded from. */
export async function lowerAsRecorded(
  model: ModelFile,
  loaded: LoadedTarget,
  options: CompileOptions,
  record: CalibrationRecord,
): Promise<Graph> {
  return centreInputs.run(await lowerModel(model, loaded, options), { centres: centresOf(record) });
}

function keptDigital(options: CompileOptions): (origin: Origin) => boolean {
  return (origin) => layerOptions(options, origin).digital ?? false;
}
