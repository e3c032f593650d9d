/**
 * How much every layer alone costs the output, for every way of storing it: the network runs in floating point but for that
 * one layer, which is computed by a programmed and calibrated chip.
 */

import { averaged, readArrays } from '../chip/read.ts';
import { calibratedChip, correctionsFor } from '../correct/compensate.ts';
import { recalled } from '../files/result-store.ts';
import type { Compiled } from '../ir/compiled.ts';
import { layerName, type Origin } from '../ir/graph.ts';
import { blockCells } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import { lowerCrossbar } from '../lower/crossbar.ts';
import { foldLayer } from '../lower/fold.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerFloat } from '../lower/reference.ts';
import { withGain } from '../lower/whole.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { encodeModel } from '../onnx/encode.ts';
import { scoreOf } from '../record/integer-losses.ts';
import { openSession } from '../runtime/session.ts';
import { collect } from '../threads/pool.ts';
import type { ImageBatch } from '../verify/infer-job.ts';
import { imageBatches } from '../verify/run-images.ts';
import type { Mapped, OnPart } from './chips.ts';
import { job, type OutputError, type SensitivityContext } from './sensitivity-job.ts';
import type { Setup } from './setup.ts';

/** Images that layers are compared on at most. */
export const sensitivityImages = 32;

/** Crossbar layers that are chosen for together, because they have one name or one matrix. */
export interface Unit {
  /** One per name. */
  readonly origins: readonly Origin[];
  /** Multiplications per inference. */
  readonly multiplications: number;
}

export interface UnitError extends OutputError {
  /** Cells of the blocks, in whole arrays. */
  readonly arrays: number;
  /** Per inference. */
  readonly conversions: number;
}

/** The layers of a compilation, in its order. */
export function unitsOf({ mapping, summary }: Compiled): readonly Unit[] {
  const units: Unit[] = [];
  for (const [index, { node, uses }] of mapping.layers.entries()) {
    const origins = new Map(uses.map(({ origin }) => [layerName(origin), origin]));
    let multiplications = summary.layers[index]!.mvms * node.groups * node.rows * node.columns;
    for (let i = units.length - 1; i >= 0; i--) {
      const unit = units[i]!;
      if (!unit.origins.some((origin) => origins.has(layerName(origin)))) continue;
      for (const origin of unit.origins) origins.set(layerName(origin), origin);
      multiplications += unit.multiplications;
      units.splice(i, 1);
    }
    units.push({ origins: [...origins.values()], multiplications });
  }
  return units;
}

function isOf({ origins }: Unit, origin: Origin): boolean {
  return origins.some((own) => layerName(own) === layerName(origin));
}

/** Cost of a unit in a compilation. */
function costOf({ mapping, summary, loaded }: Compiled, unit: Unit) {
  const { rows, columns } = loaded.target.array;
  const own = mapping.layers.flatMap(({ uses }, i) =>
    uses.some(({ origin }) => isOf(unit, origin)) ? [i] : [],
  );
  const cells = mapping.blocks
    .filter(({ layer }) => own.includes(layer))
    .reduce((sum, b) => sum + blockCells(b, mapping.layers[b.layer]!.encoding), 0);
  return {
    arrays: cells / (rows * columns),
    conversions: own.reduce((sum, i) => sum + summary.layers[i]!.conversions, 0),
  };
}

/** Images and what floating point makes of them: the same for all variants. */
export async function openSensitivity({ real, tuning }: Setup): Promise<SensitivityContext> {
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
 * Compiles the network with these options, programs one chip, and runs every unit of it alone.
 * @returns one entry per unit
 */
export function measureUnits(
  setup: Setup,
  context: () => Promise<SensitivityContext>,
  options: CompileOptions,
  units: readonly Unit[],
  what: string,
): Promise<readonly UnitError[]> {
  const { identity, seed, at, compensate, tuning } = setup;
  const { indices } = tuning.images.plan;
  const layers = units.map(({ origins }) => origins.map(layerName));
  setup.work.mappings.add(JSON.stringify(options));
  setup.work.runs.set(
    JSON.stringify([options, layers]),
    units.length * Math.min(sensitivityImages, indices.length),
  );
  const of = { ...identity, options, layers, indices, seed, at, compensate };
  return recalled(setup.store, 'tune-layers', of, async () => {
    const mapped = await setup.chips.map(options, setup.on(what));
    return runUnits(setup, await context(), mapped, units, setup.on(what));
  });
}

async function runUnits(
  setup: Setup,
  context: SensitivityContext,
  mapped: Mapped,
  units: readonly Unit[],
  on: OnPart,
): Promise<readonly UnitError[]> {
  const { at, compensate, threads } = setup;
  const programmed = await setup.chips.program(mapped, setup.seed, on);
  const { pkg, chip } = programmed;
  const condition = { at, wires: pkg.loaded.target.wires !== undefined };
  const { calibration, gain } = await correctionsFor(pkg, chip, condition, { compensate, threads });
  const image = pkg.manifest.summary.conversionTime;
  const read = { ...condition, image };
  const calibrated = calibratedChip(chip, { calibration });
  const arrays = averaged(await readArrays(calibrated, pkg.loaded.target, read, { threads }));
  const layers = new Map(pkg.layers.map((layer) => [layer.output, layer]));
  const encodeWith = (unit: Unit): Uint8Array => {
    const graph = lowerGraph(
      setup.real,
      (node) => {
        if (node.kind !== 'mvm') return undefined;
        if (!isOf(unit, node.origin)) return (emit) => lowerFloat(emit, node);
        const layer = layers.get(node.output)!;
        const folded = withGain(foldLayer(layer, arrays), gain);
        return (emit) =>
          lowerCrossbar(emit, layer, folded, { calibration: calibration?.columns.get(node.output) });
      },
      [context.output],
    );
    return encodeModel(graph);
  };
  const how = { threads, count: units.length, onDone: on('layers alone') };
  const errors = await collect(job, context, encodeAll(units, encodeWith), how);
  return errors.map((error, number) => ({ ...error, ...costOf(mapped.compiled, units[number]!) }));
}

/** One network at a time: a model is as large as all its weights. */
function* encodeAll(units: readonly Unit[], encode: (unit: Unit) => Uint8Array): Generator<Uint8Array> {
  for (const unit of units) yield encode(unit);
}
