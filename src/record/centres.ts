/**
 * A network and samples -> the means that inputs of its layers are centred by. Rows carry the second moment of their inputs, and
 * their variance where the means are taken away: that is done where it is enough less.
 */
import { type Centres, canCentre } from '../ir/centres.ts';
import type { Graph } from '../ir/graph.ts';
import { decibels } from '../math/decibels.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { sizeOf, type Tensor } from '../math/tensor.ts';
import { openFloat } from './float-network.ts';
import { ownOfLayer } from './own-range.ts';
import type { SampleSource } from './sample-source.ts';

/** Any number near the means serves, as the bias makes up for what is taken away. */
const samplesUsed = 16;
/** dB. */
const enough = 1;

/** @param graph whose crossbar layers are still in floating point */
export async function measureCentres(graph: Graph, samples: SampleSource): Promise<Centres> {
  const layers = graph.nodes
    .filter((node) => node.kind === 'mvm')
    .filter((layer) => canCentre(layer) && !ownOfLayer(graph, layer));
  if (layers.length === 0) return new Map();
  const network = await openFloat(graph, [...new Set(layers.map(({ input }) => input))]);
  const taken = evenlySpread(samples.length, samplesUsed);
  const moments = new Map(layers.map(({ output, rows }) => [output, noMoments(rows)]));
  await network.run(
    taken.length,
    async (i) => (await samples.sample(taken[i]!)).feeds,
    (_, values) => {
      for (const { input, output, geometry } of layers)
        if (values[input]) addMoments(moments.get(output)!, values[input], geometry.kind === 'conv' ? 1 : -1);
    },
  );
  await network.release();
  return new Map(
    [...moments].flatMap(([output, own]) => {
      const { centre, gain } = centred(own);
      // What never changes is no mean of anything.
      return gain >= enough && Number.isFinite(gain) ? [[output, centre] as const] : [];
    }),
  );
}

/** By channel. */
interface Moments {
  count: number;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

const noMoments = (channels: number): Moments => ({
  count: 0,
  sums: new Float64Array(channels),
  squares: new Float64Array(channels),
});

function addMoments(moments: Moments, { dims, data }: Tensor, axis: number): void {
  const { sums, squares } = moments;
  const channels = sums.length;
  const inner = axis < 0 ? 1 : sizeOf(dims.slice(axis + 1));
  const values = data as Float32Array;
  for (let i = 0; i < values.length; i++) {
    const [channel, value] = [Math.floor(i / inner) % channels, values[i]!];
    sums[channel]! += value;
    squares[channel]! += value * value;
  }
  moments.count += values.length / channels;
}

/** @returns gain: the second moment over the variance, unbiased by that few values are near their own mean, over all channels (dB) */
function centred({ count, sums, squares }: Moments): { centre: Float32Array; gain: number } {
  const centre = Float32Array.from(sums, (sum) => sum / count);
  let [all, left] = [0, 0];
  for (const [channel, square] of squares.entries()) {
    all += square;
    left += Math.max(0, square - count * centre[channel]! ** 2);
  }
  return { centre, gain: count > 1 && all > 0 ? decibels((all / left) * ((count - 1) / count)) : 0 };
}
