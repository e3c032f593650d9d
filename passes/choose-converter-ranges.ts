/**
 * Chooses every converter's range from the sums that the calibration vectors produce on its column.
 *
 * A converter that can tell all possible sums apart gets one code per digit step. Otherwise the policy decides: the
 * largest sums seen (`max`), a percentile of them, or the range with the least mean square error (`mse`) over the sums
 * of all input bits alike: weighting bit b by 4^b, as shift-and-add does, fits the few sums of the top bit instead. The
 * zero current always falls on a
 * code of its own, since most sums of a sparse layer are zero.
 */
import type { CalibrationRecord, LayerRecord } from '../src/calibration-record.ts';
import { InternalError } from '../src/diagnostic.ts';
import type { Mapping, PlacedBlock, SlicedLayer } from '../src/ir/mapping.ts';
import { levelStepOf, type Target } from '../src/target.ts';
import { type BitPlanes, bitPlanes } from './bit-planes.ts';
import { type CellLaw, columnSums } from './column-sums.ts';
import { type ConverterPolicy, rangeOf } from './converter-range.ts';

/** Settings of one block's converters. Step is the summed conductance of one code (S). */
export interface ConverterSettings {
  readonly zero: Int32Array;
  readonly step: Float32Array;
}

export interface ConverterContext {
  readonly record: CalibrationRecord;
  readonly target: Target;
  readonly policyOf: (layer: SlicedLayer) => ConverterPolicy;
}

/** Calibration vectors that are looked at: more hardly move the ranges, least of all those of many rows' sums. */
const vectorsUsed = { grouped: 1024, dense: 512 };

export const chooseConverterRanges = {
  name: 'choose-converter-ranges',
  run(mapping: Mapping, context: ConverterContext): ConverterSettings[] {
    const planesOf = planeCache(mapping, context.record);
    const settings: ConverterSettings[] = [];
    for (const block of mapping.blocks) {
      const layer = mapping.layers[block.layer]!;
      // Copies follow each other, and see the same sums.
      if (block.copy > 0) settings.push(settings.at(-1)!);
      else if (context.target.adc.convert === 'pair')
        settings.push(
          settle(block, layer, planesOf(block), context, { part: (digit) => digit, floor: 0, beside: 0 }),
        );
      else settings.push(settleColumns(block, layer, planesOf(block), context));
    }
    return settings;
  },
};

/** The bit planes of blocks, made once for blocks of one layer that have their rows in common. */
function planeCache(mapping: Mapping, record: CalibrationRecord): (block: PlacedBlock) => BitPlanes[] {
  const made = new Map<string, BitPlanes[]>();
  let current = -1;
  return (block) => {
    const layer = mapping.layers[block.layer]!;
    if (block.layer !== current) made.clear();
    current = block.layer;
    const key = [block.groups.start, block.groups.end, block.rows.start].join();
    const own = recordOf(layer, record);
    const wanted = layer.node.groups > 1 ? vectorsUsed.grouped : vectorsUsed.dense;
    const planes = made.get(key) ?? bitPlanes(block, layer.node, own, Math.min(wanted, own.count));
    made.set(key, planes);
    return planes;
  };
}

/** The calibration vectors of all uses of a matrix: its converters serve all of them. */
function recordOf({ uses }: SlicedLayer, record: CalibrationRecord): Pick<LayerRecord, 'vectors' | 'count'> {
  const records = uses.map(({ output }) => {
    const own = record.layers.get(output);
    if (!own) throw new InternalError('choose-converter-ranges', `no record of ${output}`);
    return own;
  });
  if (records.length === 1) return records[0]!;
  const count = records.reduce((sum, r) => sum + r.count, 0);
  const vectors = new Uint8Array(records.reduce((sum, r) => sum + r.vectors.length, 0));
  let at = 0;
  for (const own of records) {
    vectors.set(own.vectors, at);
    at += own.vectors.length;
  }
  return { vectors, count };
}

/** One converter per column: plus and minus columns see the level of their cell and the window's floor. */
function settleColumns(
  block: PlacedBlock,
  layer: SlicedLayer,
  planes: readonly BitPlanes[],
  context: ConverterContext,
): ConverterSettings {
  const { cell } = context.target;
  const floor = cell.gUseMin / (layer.levelStep * levelStepOf(cell));
  const middle = (layer.radix - 1) / 2;
  const differential = layer.encoding === 'differential';
  const plusPart = (d: number) => (differential ? Math.max(d, 0) : d + middle);
  const minusPart = (d: number) => (differential ? Math.max(-d, 0) : middle);
  const unused = cell.unused === 'reset' ? floor : 0;
  const beside = differential ? unused : middle + floor;
  const plus = settle(block, layer, planes, context, { part: plusPart, floor, beside });
  const minus = settle(block, layer, planes, context, { part: minusPart, floor, beside });
  const zero = new Int32Array(2 * plus.zero.length);
  const step = new Float32Array(2 * plus.zero.length);
  for (let i = 0; i < plus.zero.length; i++) {
    zero.set([plus.zero[i]!, minus.zero[i]!], 2 * i);
    step.set([plus.step[i]!, minus.step[i]!], 2 * i);
  }
  return { zero, step };
}

/**
 * Settles the converters of a block whose cells add what `law` says when their row is driven.
 */
function settle(
  block: PlacedBlock,
  layer: SlicedLayer,
  planes: readonly BitPlanes[],
  context: ConverterContext,
  law: CellLaw,
): ConverterSettings {
  const { adc, cell } = context.target;
  const digitStep = layer.levelStep * levelStepOf(cell);
  const codes = 2 ** adc.bits - 1;
  const policy = context.policyOf(layer);
  const zero: number[] = [];
  const step: number[] = [];
  for (const seen of columnSums(block, layer, planes, law)) {
    const { least, most } = seen;
    const { low, high } = rangeOf(seen, policy, codes);
    // A column that no sample drives gets the range of what its cells could add up to.
    const range = low === high ? { low: least, high: most } : { low, high };
    const lossless = law.floor === 0 && most - least <= codes;
    const unit = lossless ? 1 : (range.high - range.low) / codes;
    const middle = lossless ? (least + most) / 2 : (range.low + range.high) / 2;
    step.push(unit * digitStep);
    // Codes run from -2^(bits - 1): their middle is -1/2.
    zero.push(Math.round(-middle / unit - 0.5));
  }
  return { zero: Int32Array.from(zero), step: Float32Array.from(step) };
}
