/**
 * One layer of a compilation, stored in some way -> what of its outputs a chip is expected to leave, and what it takes. The layer lies on
 * arrays of its own, and wires have no resistance; residual parts count as copies.
 */

import { freeRepeats } from '../../passes/map/free-repeats.ts';
import { drivenBy, groupsAtOnce, loadOf } from '../../passes/map/groups-at-once.ts';
import { placeBlocks } from '../../passes/map/place-blocks.ts';
import { type SliceChoice, weightMax } from '../../passes/map/slice-weights.ts';
import { errorsOf, solveSampled } from '../../passes/program/expect-signals.ts';
import type { ErrorParts } from '../../passes/program/expected-signal.ts';
import { layerTimes, withImage } from '../../passes/program/layer-times.ts';
import { sampleLayers } from '../../passes/program/sample-layers.ts';
import { defined } from '../defined.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { conversionsInSequence, conversionsPerDrive, drivesOf } from '../ir/conversions.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import { blockCells, type Mapping, type SlicedLayer } from '../ir/mapping.ts';
import { type CompileOptions, choiceFor } from '../ir/options.ts';
import { decibels } from '../math/decibels.ts';
import { sumOf } from '../math/sum.ts';
import { remembered } from '../remembered.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { alone } from '../threads/pool.ts';
import type { RemedySubject } from './expect-remedies.ts';
import { narrowTarget } from './narrow-target.ts';
import { roundedShare } from './rounded-share.ts';
import { sampledConverters } from './sampled-converters.ts';
import { cut } from './stages.ts';
import { correctedReadings, usualReadTime } from './usual-readings.ts';

/** A way of storing and reading a layer; what is absent is as the mapping has it. */
export interface LayerVariant extends Partial<SliceChoice> {
  readonly converterRange?: CompileOptions['converterRange'];
  /** Share of the window of conductances. */
  readonly window?: number | undefined;
  /** Seconds after programming. Default: 1, where cells move with time. */
  readonly at?: number;
  /** Whether readings have noise. Default: true. */
  readonly noise?: boolean;
}

export interface LayerEstimate {
  /** Energy of the layer's outputs about their means over that of what errs in them (dB). */
  readonly snr: number;
  /** Energies over that of the outputs. `rounding`: of the integers, where the variant has fewer of them than the mapping. */
  readonly parts: ErrorParts & { readonly rounding: number };
  /** Cells of its blocks, in arrays. */
  readonly arrays: number;
  /** What its columns conduct, on average (S): as much is drawn through the wires. */
  readonly load: number;
  /** Of one inference. */
  readonly conversions: number;
  /** Of its conversions, for one inference (s). */
  readonly time: number;
}

export type LayerEstimates = (layer: number, variant?: LayerVariant) => Promise<LayerEstimate>;

/**
 * @param subject a compilation; layers have their numbers in its mapping
 * @param whole its target, not narrowed by options
 * @param few whether some tiles of every layer are to do, as where arrays have to be solved
 */
export function layerEstimates(
  { mapping, record, options }: Pick<RemedySubject, 'mapping' | 'record' | 'options'>,
  whole: LoadedTarget,
  few = false,
): LayerEstimates {
  const targets = remembered(
    (window: number | undefined): Target => ({
      ...narrowTarget(whole, { ...options, window }).target,
      wires: undefined,
    }),
  );
  const readings = remembered((window: number | undefined) =>
    remembered((at: number) =>
      remembered((noise: boolean) => correctedReadings(targets(window), options, at, noise)),
    ),
  );
  const image = layerTimes(mapping, { target: targets(options.window), record })[0]!.image;
  return async (number, variant = {}) => {
    const given = mapping.layers[number]!;
    const { window = options.window, at, noise = true, converterRange, ...changes } = variant;
    const target = targets(window);
    const choice = { ...choiceIn(given), ...changes };
    const uses = requantized(given, weightMax(target.cell, choice, options.weightBits));
    const own = laidAlone(uses, choice, target, record);
    const samples = sampleLayers(own, few);
    const usual = choiceFor(options, given.node.origin, target).converterRange;
    const converters = await sampledConverters(own, samples, {
      record,
      options: { ...options, converterRange: converterRange ?? usual, layers: [] },
      target,
      pool: alone,
    });
    const solved = await solveSampled(own, samples, { target, levels: false });
    const [error] = errorsOf(own, samples, solved, {
      target,
      record,
      readings: readings(window)(at ?? usualReadTime(target))(noise),
      converters,
      corrected: false,
      multiplications: Number.POSITIVE_INFINITY,
      times: layerTimes(own, { target, record }).map((times) => withImage(times, image)),
    });
    const { signal, parts } = error!;
    const fewer = uses[0]!.weightMax < given.node.weightMax;
    const rounding = fewer ? roundedShare(given, uses[0]!, record) : 0;
    const layer = own.layers[0]!;
    const drives = drivesOf(layer, record, target.driver);
    return {
      snr: decibels(1 / (error!.noise / signal + rounding)),
      parts: {
        bent: parts.bent / signal,
        lasting: parts.lasting / signal,
        anew: parts.anew / signal,
        converters: parts.converters / signal,
        rounding,
      },
      arrays:
        sumOf(own.blocks.map((block) => blockCells(block, layer.encoding))) /
        (target.array.rows * target.array.columns),
      load: columnLoad(solved, target.array.columns),
      conversions: drives * conversionsPerDrive(layer, own.blocks, target.adc),
      time: drives * conversionsInSequence(layer, own.blocks, target.adc) * target.adc.time,
    };
  };
}

/** Mean over the columns that hold any weight. */
function columnLoad(solved: Awaited<ReturnType<typeof solveSampled>>, width: number): number {
  let [sum, columns] = [0, 0];
  for (const { codes, seen } of solved.values()) {
    const used = new Set<number>();
    for (const [at, code] of codes.entries()) {
      if (code < 0) continue;
      used.add(at % width);
      sum += seen.conductances[at]!;
    }
    columns += used.size;
  }
  return sum / columns;
}

function laidAlone(
  nodes: readonly QuantizedMvmNode[],
  choice: SliceChoice,
  target: Target,
  record: CalibrationRecord,
): Mapping {
  const { layers, blocks } = cut({
    target,
    nodes,
    choiceOf: () => choice,
    groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => loadOf(layer, record)),
    repeatsOf: (layer) => freeRepeats(layer, target, () => drivenBy(layer, record)),
  });
  return placeBlocks.run(blocks, { layers, target, arrays: Number.POSITIVE_INFINITY });
}

/** How a layer is stored. */
function choiceIn(layer: SlicedLayer): SliceChoice {
  const { encoding, slices, copies, repeats, residual, inputNumbers, rowsUsed, columnsUsed } = layer;
  return { encoding, slices, copies, repeats, residual, inputNumbers, ...defined({ rowsUsed, columnsUsed }) };
}

/** The uses of a layer with integers of another range. */
function requantized({ node, uses }: SlicedLayer, largest: number): readonly QuantizedMvmNode[] {
  if (node.weightMax === largest) return uses;
  const factor = largest / node.weightMax;
  const integers = node.integers.map((integer) => Math.round(integer * factor));
  const scales = node.scales.map((scale) => scale / factor);
  return uses.map((use) => ({ ...use, integers, weightMax: largest, scales }));
}
