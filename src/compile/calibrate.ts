/** Lowered layers and samples, or an earlier record -> the record of their inputs, and the layers as these inputs drive them. */

import { centreInputs } from '../../passes/lower/centre-inputs.ts';
import { calibrationMismatch, noRanges } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { CalibrationRecord, LayerRecord } from '../ir/calibration-record.ts';
import { canCentre, centresOf } from '../ir/centres.ts';
import { describeOrigin, type Graph, type MvmNode } from '../ir/graph.ts';
import { type CompileOptions, inputBitsOf } from '../ir/options.ts';
import { measureCentres } from '../record/centres.ts';
import { unfitInput } from '../record/known-input.ts';
import { ownOfLayer } from '../record/own-range.ts';
import { recordCalibration } from '../record/record.ts';
import type { SampleSource } from '../record/sample-source.ts';
import { syntheticSamples } from '../record/synthetic.ts';
import type { Target } from '../target/target.ts';
import type { Calibration, CompileHooks } from './compiled.ts';

interface Calibrated {
  /** With inputs that are centred as the record says. */
  readonly real: Graph;
  readonly record: CalibrationRecord;
}

/**
 * @param model hash of the model
 * @param calibration absent: made-up samples, for a model whose layers all bring the ranges of their inputs along
 * @throws DiagnosticError for a record of something else; calibrate/no-ranges without anything to go by
 */
export async function calibrate(
  graph: Graph,
  model: string,
  options: CompileOptions,
  target: Target,
  calibration: Calibration | undefined,
  onProgress: CompileHooks['onProgress'],
): Promise<Calibrated> {
  const wanted = {
    policy: options.activationRange,
    signed: options.signedActivations,
    equalized: options.equalization,
  };
  if (calibration?.kind !== 'record') {
    const samples = calibration?.samples ?? madeUpSamples(graph);
    const centres = isCentred(options, target) ? await measureCentres(graph, samples) : undefined;
    const real = centreInputs.run(graph, { centres: centres ?? new Map() });
    const record = await recordCalibration(real, model, samples, {
      ...wanted,
      centres,
      vectors: options.calibrationVectors,
      bitsOf: ({ origin }) => inputBitsOf(options, origin),
      onSample: (done, total) => onProgress?.('calibrate', done, total),
    });
    return { real, record };
  }
  const { record } = calibration;
  const { policy, signed, equalized, centred } = record.activations;
  const differing = [
    record.model !== model && 'from another model',
    policy !== wanted.policy && `with activationRange ${policy}`,
    signed !== wanted.signed && `with signedActivations ${signed}`,
    equalized !== wanted.equalized && `with equalization ${equalized}`,
    centred !== (options.centredInputs ?? centred) && `with centredInputs ${centred}`,
  ].filter((difference) => difference !== false);
  const unfit = unfitInput(graph.inputs, record.knownAnswer.inputs);
  const unfitSample = record.inputs.findIndex((sample) => unfitInput(graph.inputs, sample) !== undefined);
  const layers = graph.nodes.filter((node) => node.kind === 'mvm');
  const strange = layers.filter((layer) => !isOf(record.layers.get(layer.output), layer));
  const coded = layers.filter((layer) => {
    const bits = record.layers.get(layer.output)?.quantization.bits;
    const wanted = bitsIn(graph, layer, options);
    return bits !== undefined && wanted !== 'auto' && bits !== wanted;
  });
  raise([
    ...coded.map((layer) =>
      calibrationMismatch(
        '--calibration',
        `it has inputs of ${record.layers.get(layer.output)!.quantization.bits} bits of ${describeOrigin(layer.origin)}, and ${bitsIn(graph, layer, options)} are asked for`,
      ),
    ),
    ...strange.map(({ origin }) =>
      calibrationMismatch('--calibration', `it does not tell of the inputs of ${describeOrigin(origin)}`),
    ),
    ...differing.map((how) => calibrationMismatch('--calibration', `it was recorded ${how}`)),
    ...(unfit === undefined
      ? []
      : [calibrationMismatch('--calibration', `its known input '${unfit}' does not fit the model`)]),
    ...(unfitSample < 0
      ? []
      : [calibrationMismatch('--calibration', `its sample ${unfitSample} does not fit the model`)]),
  ]);
  return { real: centreInputs.run(graph, { centres: centresOf(record) }), record };
}

/**
 * Whether inputs are centred. With drivers of one sign, numbers of both take twice the conversions; bit by bit, conversions are less
 * exact; and what learns on the chip is a chain without other operators.
 */
function isCentred({ centredInputs, inputNumbers }: CompileOptions, { driver, hidden }: Target): boolean {
  return centredInputs ?? (driver.polarity === 'bipolar' && inputNumbers === 'sign-magnitude' && !hidden);
}

/** Bits of the inputs that a record of the layer must have; left open, those that were chosen for it. */
function bitsIn(graph: Graph, layer: MvmNode, options: CompileOptions): number | 'auto' {
  return ownOfLayer(graph, layer)?.bits ?? inputBitsOf(options, layer.origin);
}

/** Whether a record is one of that layer. */
function isOf(record: LayerRecord | undefined, layer: MvmNode): boolean {
  const { geometry, groups, rows } = layer;
  if (record?.centre && !canCentre(layer)) return false;
  const axes = geometry.kind === 'conv' ? geometry.kernel.length : 0;
  return record?.inputMean.length === groups * rows && record.space.length === axes;
}

function madeUpSamples(graph: Graph): SampleSource {
  const layers = graph.nodes.filter((n) => n.kind === 'mvm');
  const without = layers.filter((n) => !ownOfLayer(graph, n));
  const samples = without.length === 0 ? syntheticSamples(graph, syntheticCount) : undefined;
  if (samples) return samples;
  const unknown = without.length > 0 ? without : layers;
  throw new DiagnosticError([noRanges(unknown.map(({ origin }) => describeOrigin(origin)))]);
}

const syntheticCount = 32;
