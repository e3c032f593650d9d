/** The integer reference and a known input -> the values that the manifest keeps, with which `verify` checks an installation. */
import type { KnownAnswer } from '../ir/calibration-record.ts';
import type { Graph } from '../ir/graph.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { toDoubles } from '../math/tensor.ts';
import { openNetwork } from '../record/network.ts';
import type { Manifest } from './manifest.ts';

/** Bytes of weights that are in memory at a time. */
const weightBytes = 2 ** 28;
/** Most values of an output that are kept. */
const mostKept = 1024;

/**
 * @param layer output value of a crossbar layer, kept beside the reference's own outputs: labels alone hardly change where
 *   scores do
 */
export async function knownAnswers(
  reference: Graph,
  layer: string,
  inputs: KnownAnswer['inputs'],
): Promise<Manifest['knownAnswers']> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims, data }]) => [name, { type: 'float32' as const, dims, data }]),
  );
  const answers: Manifest['knownAnswers'] = {};
  const graph = withFloatSums(reference, [layer]);
  const network = await openNetwork(graph, weightBytes);
  await network.run(
    1,
    async () => feeds,
    (_, tensors) => {
      for (const { name } of graph.outputs) {
        const tensor = tensors[name];
        const values = tensor && toDoubles(tensor);
        if (!values) continue;
        const places = tellingPlaces(values);
        answers[name] = {
          dims: [...tensor.dims],
          ...(places.length < values.length && { places }),
          values: places.map((place) => values[place]!),
        };
      }
    },
  );
  await network.release();
  return answers;
}

/**
 * Most values of a mask or of rectified maps are 0 whatever is computed: of every one of up to `mostKept` equal stretches
 * the finite value that lies farthest from the mean of all.
 */
function tellingPlaces(values: Float64Array): number[] {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value / finite.length, 0);
  const stretches = Math.min(values.length, mostKept);
  const places: number[] = [];
  for (let stretch = 0, at = 0; stretch < stretches; stretch++) {
    const end = Math.floor(((stretch + 1) * values.length) / stretches);
    let best: number | undefined;
    for (; at < end; at++) {
      if (!Number.isFinite(values[at])) continue;
      if (best === undefined || Math.abs(values[at]! - mean) > Math.abs(values[best]! - mean)) best = at;
    }
    if (best !== undefined) places.push(best);
  }
  return places;
}
