/** Whether the files of a package speak of the same layers: its nodes, its table, its integers and its calibration record. */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Graph } from '../ir/graph.ts';
import { sizeOf } from '../math/tensor.ts';
import { unfitInput } from '../record/known-input.ts';
import type { Manifest, packageFiles } from './manifest.ts';

interface Parts {
  readonly manifest: Manifest;
  /** Each sound in itself. */
  readonly layers: readonly CrossbarLayer[];
  readonly reference: Graph;
  readonly record: CalibrationRecord;
}

type Disagreement = readonly [file: keyof typeof packageFiles, reason: string];

export function disagreementsOf({ manifest, layers, reference, record }: Parts): Disagreement[] {
  const matrices = new Set(layers.map(({ tiles }) => tiles[0]!.block)).size;
  const table = manifest.summary.layers.length;
  return [
    ...(table === matrices
      ? []
      : [['manifest', `summary.layers: ${table}, and host.onnx has ${matrices} matrices`] as const]),
    ...layers.flatMap((layer) => [...integersOf(layer, reference), ...vectorsOf(layer, record)]),
    ...knownAnswer(manifest, layers, reference, record),
  ];
}

function integersOf({ output, groups, rows, columns }: CrossbarLayer, { constants }: Graph): Disagreement[] {
  const weights = constants.get(`${output}/weights`);
  const wanted = groups * rows * columns;
  if (weights?.type === 'uint8' && sizeOf(weights.dims) === wanted) return [];
  return [['reference', `it has no ${wanted} integers '${output}/weights'`]];
}

function vectorsOf({ output, groups, rows }: CrossbarLayer, { layers }: CalibrationRecord): Disagreement[] {
  const inputs = layers.get(output)?.inputMean.length;
  if (inputs === groups * rows) return [];
  return [['calibration', `'${output}' has ${inputs ?? 'no'} inputs, and ${groups * rows} in host.onnx`]];
}

function knownAnswer(
  { knownAnswers }: Manifest,
  layers: readonly CrossbarLayer[],
  { inputs, outputs }: Graph,
  { knownAnswer: known, inputs: samples }: CalibrationRecord,
): Disagreement[] {
  const wrongInput = unfitInput(inputs, known.inputs);
  const wrongSample = samples.findIndex((sample) => unfitInput(inputs, sample) !== undefined);
  const names = new Set([...outputs.map(({ name }) => name), ...layers.map(({ output }) => output)]);
  const unknown = Object.keys(knownAnswers).find((name) => !names.has(name));
  return [
    ...(wrongInput === undefined
      ? []
      : [['calibration', `the known input '${wrongInput}' does not fit`] as const]),
    ...(wrongSample < 0 ? [] : [['calibration', `its sample ${wrongSample} does not fit`] as const]),
    ...(unknown === undefined
      ? []
      : [['manifest', `knownAnswers: reference.onnx has no '${unknown}'`] as const]),
  ];
}
