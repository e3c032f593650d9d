/** A network -> the bytes of one inference that wait where some of its layers have run and those behind them have not. */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { type Graph, inputsOf, outputsOf } from '../ir/graph.ts';
import type { SlicedLayer } from '../ir/mapping.ts';
import { inferDims } from '../onnx/dims.ts';

/** Values wait as the digital program has them: as 32-bit floats. */
const bytesPerElement = 4;

/**
 * Everything runs before the cut that follows from no layer behind it.
 * @param record with the dims of one sample
 * @returns by the number of layers before the cut; infinite where one of these needs what a layer behind it gives
 */
export function bytesBetween(
  graph: Graph,
  { knownAnswer }: Pick<CalibrationRecord, 'knownAnswer'>,
  layers: readonly SlicedLayer[],
): (end: number) => number {
  const inputs = graph.inputs.map((value) => ({
    ...value,
    dims: knownAnswer.inputs[value.name]?.dims ?? value.dims,
  }));
  const dims = inferDims({ ...graph, inputs });
  const bytesOf = (name: string) =>
    bytesPerElement * (dims.get(name) ?? []).reduce<number>((size, dim) => size * (dim ?? 1), 1);
  const layerOf = new Map(
    layers.flatMap(({ uses }, layer) => uses.map(({ output }) => [output, layer] as const)),
  );
  const known = new Map<number, number>();
  const count = (end: number): number => {
    const behind = new Set<string>();
    const waiting = new Set<string>();
    for (const node of graph.nodes) {
      const reads = inputsOf(node);
      const own = outputsOf(node);
      const layer = layerOf.get(own[0] ?? '');
      const follows = reads.some((name) => behind.has(name));
      if (layer !== undefined && layer < end && follows) return Number.POSITIVE_INFINITY;
      if (!follows && (layer === undefined || layer < end)) continue;
      for (const name of own) behind.add(name);
      for (const name of reads) if (!behind.has(name) && !graph.constants.has(name)) waiting.add(name);
    }
    return [...waiting].reduce((sum, name) => sum + bytesOf(name), 0);
  };
  return (end) => {
    const bytes = known.get(end) ?? count(end);
    known.set(end, bytes);
    return bytes;
  };
}
