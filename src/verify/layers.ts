/**
 * Signal-to-noise ratio of every crossbar layer's output on a programmed chip, against the integer reference, and how many of
 * its conversions saturate. Where the chip runs as a whole, a layer's noise holds what the layers before it did; its own is what
 * it adds to the inputs that the reference has.
 */
import { readArrays } from '../chip/read.ts';
import { calibratedChip } from '../correct/compensate.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { saturationOf } from '../lower/saturation.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { lowerLayersApart } from '../simulate/layers-apart.ts';
import { lowerChip } from '../simulate/simulate.ts';
import { collect } from '../threads/pool.ts';
import { job, type LayerSums } from './layers-job.ts';
import type { OnStage } from './options.ts';
import type { ChipReading } from './read-chip.ts';
import { type ImageRun, imageBatches } from './run-images.ts';
import { addSums } from './tally.ts';

/** Images that the layers are compared on. */
export const layerImages = 8;

/** By the layer's output value. */
export type LayerNoise = Map<string, LayerSums>;

/** Runs some images through chip and reference, and adds every layer's signal and noise to `sums`. */
export async function addLayerNoise(
  pkg: Package,
  reading: Pick<ChipReading, 'chip' | 'corrections' | 'conditions'>,
  { dataset, plan, threads }: ImageRun,
  sums: LayerNoise,
  stage: OnStage,
): Promise<void> {
  const taps = pkg.layers.map((layer) => layer.output);
  const context = await encodeCompared(pkg, reading, { taps, threads, stage });
  const indices = evenlySpread(plan.indices.length, layerImages).map((i) => plan.indices[i]!);
  const count = Math.ceil(indices.length / plan.batchSize);
  const how = { threads, count, onDone: stage('compare layers') };
  const batches = await collect(job, context, imageBatches(dataset, plan, indices), how);
  for (const batch of batches) {
    for (const [i, tap] of taps.entries()) {
      sums.set(tap, addLayerSums(batch[i]!, sums.get(tap)));
    }
  }
}

/** What is compared, as encoded models: graphs, as large as these, do not outlive it. */
async function encodeCompared(
  pkg: Package,
  { chip, corrections, conditions }: Pick<ChipReading, 'chip' | 'corrections' | 'conditions'>,
  {
    taps,
    threads,
    stage,
  }: { readonly taps: readonly string[]; readonly threads: number; readonly stage: OnStage },
) {
  const fed = new Set(pkg.reference.inputs.map(({ name }) => name));
  const inputs = [...new Set(pkg.layers.map((layer) => layer.input))].filter((name) => !fed.has(name));
  const ideal = encodeModel(withFloatSums(pkg.reference, [...new Set([...taps, ...inputs])]));
  const arrays = await readArrays(calibratedChip(chip, corrections), pkg.loaded.target, conditions, {
    threads,
    onArray: stage('read'),
  });
  const lowered = await lowerChip(pkg, chip, { taps, saturation: true, arrays, corrections });
  const apart = encodeModel(lowerLayersApart(pkg, chip, arrays, corrections));
  const given = new Set(lowered.outputs.map(({ name }) => name));
  const counts = taps.map(saturationOf).map((name) => (given.has(name) ? name : undefined));
  return { ideal, mapped: encodeModel(lowered), apart, inputs, taps, counts };
}

export function addLayerSums(a: LayerSums, b: LayerSums | undefined): LayerSums {
  return {
    ...addSums(a, b),
    ownNoise: a.ownNoise + (b?.ownNoise ?? 0),
    saturated: a.saturated + (b?.saturated ?? 0),
    conversions: a.conversions + (b?.conversions ?? 0),
  };
}
