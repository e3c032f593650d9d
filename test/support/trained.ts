/** Packages on the hybrid chip whose layers hold weights as training leaves them, and chips of these. */

import { compile } from '../../src/compile/compile.ts';
import type { TrainedWeights } from '../../src/compile/replace-layers.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { loadTarget } from '../../src/target/load.ts';
import { tinyModel } from '../verify/tiny.ts';
import { drawFeeds, samplesOf } from './build.ts';

/** Sets every spread of the target to 0: two chips then differ in nothing but what they are told. */
export const noSpreads = [
  'programming.cycleToCycle=0',
  'programming.resetSpread=0 S',
  'hidden.chargeSpread=0',
  'hidden.lineNoise=0',
  'hidden.thresholdSpread=0',
  'hidden.windowSpread=0 V',
  'hidden.senseOffset=0 V',
];

/** The tiny classifier with one pair of cells per weight. */
export async function compileTrainable(
  overrides: readonly string[] = [],
  options: Parameters<typeof parseOptions>[0] = {},
): Promise<Compiled> {
  const model = tinyModel();
  const samples = samplesOf([1, 2, 3, 4].map((seed) => drawFeeds(model.graph.inputs, seed, -1, 1, 8)));
  const loaded = await loadTarget('leti-fecap-130nm', overrides);
  return compile(model, loaded, parseOptions({ slices: 1, ...options }), { kind: 'samples', samples });
}

/** What some steps of training might leave in a layer: a share of its hidden integers has moved, most of them by little. */
export function moved(
  { mapping }: Compiled,
  output: string,
  share: number,
  seed: number,
): TrainedWeights<{ readonly hidden: Int16Array }> {
  const { node, hidden: before } = mapping.layers.find((layer) => layer.node.output === output)!;
  const stream = openStream(seed, 'moved', 0);
  const hidden = Int16Array.from(node.integers, (digit, i) => {
    const start = before?.[i] ?? 64 * digit + 32 * Math.sign(digit);
    const [chance, far, where] = [stream.uniform(), stream.uniform(), stream.uniform()];
    if (chance >= share) return start;
    const value = Math.round(start + (2 * where - 1) * (far < 0.7 ? 20 : 300));
    return Math.max(-511, Math.min(511, value));
  });
  const bias = Float32Array.from(node.bias, (_, i) => 0.25 * i);
  return { output, hidden, scales: node.scales.map((_, i) => 0.125 * (1 + (i % 3))), bias };
}
