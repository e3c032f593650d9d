/**
 * How much every layer alone costs the output: the network runs in floating point but for that one layer, which is computed by a
 * chip of the mapping as given, programmed, calibrated and read as `verify` reads it.
 */

import { readArrays } from '../chip/read.ts';
import { calibratedChip, correctionsFor } from '../correct/compensate.ts';
import { recalled } from '../files/result-store.ts';
import type { Compiled } from '../ir/compiled.ts';
import { layerName, type Origin } from '../ir/graph.ts';
import type { Stored } from '../ir/stored.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerFloat } from '../lower/reference.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { encodeModel } from '../onnx/encode.ts';
import { scoreOf } from '../record/integer-losses.ts';
import { openSession } from '../runtime/session.ts';
import { layersOf } from '../simulate/emit-layers.ts';
import { withoutIdlePools, withPools } from '../simulate/noise-pools.ts';
import { collect } from '../threads/pool.ts';
import type { ImageBatch } from '../verify/infer-job.ts';
import { imageBatches } from '../verify/run-images.ts';
import { classesOf, type LayerClass } from './classes.ts';
import { job, type OutputError, type SensitivityContext } from './sensitivity-job.ts';
import type { Setup } from './setup.ts';

/** Images that layers are compared on at most. */
export const sensitivityImages = 16;

/** Crossbar layers that are chosen for together, because they have one name or one matrix. */
export interface Unit {
  /** One per name. */
  readonly origins: readonly Origin[];
  /** Numbers of its layers in the mapping. */
  readonly layers: readonly number[];
  /** How often the mapping stores the digits of the first of them. */
  readonly stored: Stored;
  /** Of the first of its layers. */
  readonly class: LayerClass;
  /** Multiplications per inference. */
  readonly multiplications: number;
}

/** The layers of a compilation, in its order. */
export function unitsOf({ mapping, summary }: Compiled): readonly Unit[] {
  const classes = classesOf(mapping.layers.map(({ node }) => node));
  const units: Unit[] = [];
  for (const [index, { node, uses, copies, repeats }] of mapping.layers.entries()) {
    const origins = new Map(uses.map(({ origin }) => [layerName(origin), origin]));
    let unit: Unit = {
      origins: [],
      layers: [index],
      // What grouped layers have room for follows from everything else.
      stored: { copies, ...(node.groups === 1 && repeats > 1 && { repeats }) },
      class: classes[index]!,
      multiplications: summary.layers[index]!.mvms * node.groups * node.rows * node.columns,
    };
    for (let i = units.length - 1; i >= 0; i--) {
      const other = units[i]!;
      if (!other.origins.some((origin) => origins.has(layerName(origin)))) continue;
      for (const origin of other.origins) origins.set(layerName(origin), origin);
      unit = {
        ...other,
        layers: [...other.layers, ...unit.layers],
        multiplications: other.multiplications + unit.multiplications,
      };
      units.splice(i, 1);
    }
    units.push({ ...unit, origins: [...origins.values()] });
  }
  return units;
}

function isOf({ origins }: Unit, origin: Origin): boolean {
  return origins.some((own) => layerName(own) === layerName(origin));
}

/** Images, and what floating point makes of them. */
async function openSensitivity({ real, tuning }: Setup): Promise<SensitivityContext> {
  const { plan, dataset } = tuning.images;
  const output = scoreOf(real, plan.output);
  const indices = evenlySpread(plan.indices.length, sensitivityImages).map((i) => plan.indices[i]!);
  const batches: ImageBatch[] = [];
  for await (const batch of imageBatches(dataset, plan, indices)) batches.push(batch);
  const float = lowerGraph(
    real,
    (node) => (node.kind === 'mvm' ? (emit) => lowerFloat(emit, node) : undefined),
    [output],
  );
  const session = await openSession(encodeModel(float), { threads: 1 });
  const wanted: Float32Array[] = [];
  for (const { feeds, count, size } of batches) {
    const result = (await session.run(feeds, [output]))[output]!;
    const values = result.data.length / size;
    wanted.push((result.data as Float32Array).slice(0, count * values));
  }
  await session.release();
  return { batches, output, wanted };
}

/**
 * Programs one chip of the mapping as given, and runs every unit of it alone.
 * @returns one entry per unit
 */
export function measureUnits(setup: Setup, units: readonly Unit[]): Promise<readonly OutputError[]> {
  const { identity, options, seed, at, compensate, tuning } = setup;
  const { indices } = tuning.images.plan;
  const layers = units.map(({ origins }) => origins.map(layerName));
  setup.work.runs.set(
    JSON.stringify([options, layers]),
    units.length * Math.min(sensitivityImages, indices.length),
  );
  const of = { ...identity, options, layers, indices, seed, at, compensate };
  return recalled(setup.store, 'tune-layers', of, async () => {
    const start = performance.now();
    const errors = await runUnits(setup, units);
    setup.tell({ what: layersAlone, trials: 1, seconds: (performance.now() - start) / 1000 });
    return errors;
  });
}

/** How this measurement is called for who watches. */
const layersAlone = 'layers alone';

async function runUnits(setup: Setup, units: readonly Unit[]): Promise<readonly OutputError[]> {
  const { at, compensate, threads, chips, options, seed, real } = setup;
  const on = setup.on(layersAlone);
  const { pkg, chip } = await chips.program(await chips.map(options, on), seed, on);
  const { target } = pkg.loaded;
  const condition = { at, wires: target.wires !== undefined, noise: true };
  const corrections = await correctionsFor(pkg, chip, condition, { compensate, threads });
  const context = await openSensitivity(setup);
  const image = pkg.manifest.summary.conversionTime;
  const read = { ...condition, image, interval: image * sensitivityImages };
  const arrays = await readArrays(calibratedChip(chip, corrections), target, read, { threads });
  const emitLayer = layersOf(arrays, corrections);
  const layers = new Map(pkg.layers.map((layer) => [layer.output, layer]));
  const encodeWith = (unit: Unit): Uint8Array => {
    const graph = lowerGraph(
      withPools(real, chip.seed, arrays),
      (node) => {
        if (node.kind !== 'mvm') return undefined;
        if (!isOf(unit, node.origin)) return (emit) => lowerFloat(emit, node);
        return (emit) => emitLayer(emit, layers.get(node.output)!);
      },
      [context.output],
    );
    return encodeModel(withoutIdlePools(graph));
  };
  const how = { threads, count: units.length, onDone: on('one by one') };
  return collect(job, context, encodeAll(units, encodeWith), how);
}

/** One network at a time: a model is as large as all its weights. */
function* encodeAll(units: readonly Unit[], encode: (unit: Unit) => Uint8Array): Generator<Uint8Array> {
  for (const unit of units) yield encode(unit);
}
