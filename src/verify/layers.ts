/**
 * Signal-to-noise ratio of every crossbar layer's output on a programmed chip, against the integer reference. The chip
 * runs as a whole, so a layer's noise holds what the layers before it did.
 */
import type { Chip } from '../chip/chip.ts';
import type { Dataset } from '../data/dataset.ts';
import { lowerGraph } from '../lower/graph.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { openSession } from '../runtime/session.ts';
import { simulate } from '../simulate/simulate.ts';
import { addSignal, type SignalAndNoise, silence } from './metrics.ts';
import { type Plan, spread } from './plan.ts';

/** Images that the layers are compared on. */
export const layerImages = 8;

/** By the layer's output value. */
export type LayerNoise = Map<string, SignalAndNoise>;

/** Runs some images through chip and reference, and adds every layer's signal and noise to `sums`. */
export async function addLayerNoise(
  pkg: Package,
  chip: Chip,
  dataset: Dataset,
  plan: Plan,
  sums: LayerNoise,
): Promise<void> {
  const taps = pkg.layers.map((layer) => layer.output);
  const tapped = lowerGraph(pkg.reference, () => undefined, taps);
  const ideal = await openSession(encodeModel(tapped), { preciseIntegers: true });
  const mapped = await simulate(pkg, chip, { taps });
  const indices = spread(plan.indices.length, layerImages).map((i) => plan.indices[i]!);
  const { name, dims } = plan.input;
  for await (const { tensor } of dataset.batches(indices, plan.batchSize, dims ?? [undefined])) {
    const wanted = await ideal.run({ [name]: tensor }, taps);
    const got = await mapped.run({ [name]: tensor }, taps);
    for (const tap of taps) {
      const reference = wanted[tap]!.data as Float32Array;
      sums.set(tap, addSignal(sums.get(tap) ?? silence, reference, got[tap]!.data as Float32Array));
    }
  }
  await mapped.release();
  await ideal.release();
}
