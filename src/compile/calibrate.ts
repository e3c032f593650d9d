/** Lowered layers and samples, or an earlier record -> the record of their inputs. */

import { calibrationMismatch, noRanges } from '../diagnostics/all.ts';
import { InternalError, raise } from '../diagnostics/diagnostic.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { describeOrigin, type Graph } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { ownQuantization } from '../record/own-range.ts';
import { recordCalibration } from '../record/record.ts';
import type { SampleSource } from '../record/sample-source.ts';
import { syntheticSamples } from '../record/synthetic.ts';
import type { Calibration, CompileHooks } from './compiled.ts';

/**
 * @param model hash of the model
 * @param calibration absent: made-up samples, for a model whose layers all bring the ranges of their inputs along
 * @throws DiagnosticError for a record of something else; calibrate/no-ranges without anything to go by
 */
export async function calibrate(
  graph: Graph,
  model: string,
  options: CompileOptions,
  calibration: Calibration | undefined,
  onProgress: CompileHooks['onProgress'],
): Promise<CalibrationRecord> {
  const wanted = {
    policy: options.activationRange,
    signed: options.signedActivations,
    equalized: options.equalization,
  };
  if (calibration?.kind !== 'record') {
    return recordCalibration(graph, model, calibration?.samples ?? madeUpSamples(graph), {
      ...wanted,
      vectors: options.calibrationVectors,
      onSample: (done, total) => onProgress?.('calibrate', done, total),
    });
  }
  const { record } = calibration;
  const problems = [];
  if (record.model !== model) problems.push('it was recorded from another model');
  const { policy, signed, equalized } = record.activations;
  if (policy !== wanted.policy) problems.push(`it was recorded with activationRange ${policy}`);
  if (signed !== wanted.signed) problems.push(`it was recorded with signedActivations ${signed}`);
  if (equalized !== wanted.equalized) problems.push(`it was recorded with equalization ${equalized}`);
  raise(problems.map((problem) => calibrationMismatch('--calibration', problem)));
  return record;
}

function madeUpSamples(graph: Graph): SampleSource {
  const layers = graph.nodes.filter((n) => n.kind === 'mvm');
  const without = layers.filter((n) => !ownQuantization(graph, n.input));
  const samples = without.length === 0 ? syntheticSamples(graph.inputs, syntheticCount) : undefined;
  if (samples) return samples;
  raise([noRanges((without.length > 0 ? without : layers).map((n) => describeOrigin(n.origin)))]);
  throw new InternalError('compile', 'no samples');
}

const syntheticCount = 16;
