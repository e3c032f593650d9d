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
import {
  blockWeightColumns,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from '../src/ir/mapping.ts';
import { levelStepOf, type Target } from '../src/target.ts';

export type ConverterPolicy = 'mse' | 'max' | 'percentile';

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

export const chooseConverterRanges = {
  name: 'choose-converter-ranges',
  run(mapping: Mapping, context: ConverterContext): ConverterSettings[] {
    return mapping.blocks.map((block) => {
      const layer = mapping.layers[block.layer]!;
      const record = context.record.layers.get(layer.node.output);
      if (!record) throw new InternalError('choose-converter-ranges', `no record of ${layer.node.output}`);
      return context.target.adc.convert === 'pair'
        ? settle(block, layer, record, context, (digit) => digit, 0)
        : settleColumns(block, layer, record, context);
    });
  },
};

/** One converter per column: plus and minus columns see the level of their cell and the window's floor. */
function settleColumns(
  block: PlacedBlock,
  layer: SlicedLayer,
  record: LayerRecord,
  context: ConverterContext,
): ConverterSettings {
  const { cell } = context.target;
  const floor = cell.gUseMin / (layer.levelStep * levelStepOf(cell));
  const middle = (layer.radix - 1) / 2;
  const differential = layer.encoding === 'differential';
  const plus = settle(
    block,
    layer,
    record,
    context,
    (d) => (differential ? Math.max(d, 0) : d + middle),
    floor,
  );
  const minus = settle(
    block,
    layer,
    record,
    context,
    (d) => (differential ? Math.max(-d, 0) : middle),
    floor,
  );
  const zero = new Int32Array(2 * plus.zero.length);
  const step = new Float32Array(2 * plus.zero.length);
  for (let i = 0; i < plus.zero.length; i++) {
    zero.set([plus.zero[i]!, minus.zero[i]!], 2 * i);
    step.set([plus.step[i]!, minus.step[i]!], 2 * i);
  }
  return { zero, step };
}

/**
 * Settles the converters of a block whose cells add `part(digit) + floor` digit steps when their row is driven.
 */
function settle(
  block: PlacedBlock,
  layer: SlicedLayer,
  record: LayerRecord,
  context: ConverterContext,
  part: (digit: number) => number,
  floor: number,
): ConverterSettings {
  const { node } = layer;
  const { adc, cell } = context.target;
  const policy = context.policyOf(layer);
  const digitStep = layer.levelStep * levelStepOf(cell);
  const digits = layer.digits[block.slice]!;
  const width = lengthOf(block.columns);
  const count = blockWeightColumns(block);
  const zero = new Int32Array(count);
  const step = new Float32Array(count);
  const codes = 2 ** adc.bits - 1;
  for (let group = block.groups.start; group < block.groups.end; group++) {
    const parts = new Float64Array(lengthOf(block.rows) * width);
    for (let row = block.rows.start; row < block.rows.end; row++) {
      for (let c = 0; c < width; c++) {
        const digit = digits[(group * node.rows + row) * node.columns + block.columns.start + c]!;
        parts[(row - block.rows.start) * width + c] = part(digit) + floor;
      }
    }
    const sums = columnSums(
      parts,
      width,
      record,
      group * node.rows + block.rows.start,
      node.groups * node.rows,
    );
    for (let c = 0; c < width; c++) {
      const at = (group - block.groups.start) * width + c;
      const [least, most] = possibleSums(parts, width, c);
      let range = { low: least, high: most };
      let unit = 1;
      if (floor !== 0 || most - least > codes) {
        range = chooseRange(sums, width, c, policy, codes, { low: least, high: most });
        unit = (range.high - range.low) / codes;
      }
      step[at] = unit * digitStep;
      zero[at] = Math.round(-range.low / unit) - 2 ** (adc.bits - 1);
    }
  }
  return { zero, step };
}

/** Sums of one group's columns for every calibration vector and input bit: [vector][bit][column], in digit steps. */
function columnSums(
  parts: Float64Array,
  width: number,
  record: LayerRecord,
  firstRow: number,
  stride: number,
): Float64Array {
  const rows = parts.length / width;
  const count = Math.min(vectorsUsed, record.count);
  const sums = new Float64Array(count * 8 * width);
  for (let vector = 0; vector < count; vector++) {
    const first = Math.floor((vector * record.count) / count) * stride + firstRow;
    for (let row = 0; row < rows; row++) {
      const code = record.vectors[first + row]!;
      for (let bit = 0; code >> bit !== 0; bit++) {
        if (((code >> bit) & 1) === 0) continue;
        const to = (vector * 8 + bit) * width;
        const from = row * width;
        for (let c = 0; c < width; c++) sums[to + c]! += parts[from + c]!;
      }
    }
  }
  return sums;
}

function possibleSums(parts: Float64Array, width: number, column: number): [least: number, most: number] {
  let least = 0;
  let most = 0;
  for (let at = column; at < parts.length; at += width) {
    least += Math.min(parts[at]!, 0);
    most += Math.max(parts[at]!, 0);
  }
  return [least, most];
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const binsPerSide = 32;
/** Calibration vectors that are looked at: more hardly move the ranges. */
const vectorsUsed = 128;

/** The range for one column's samples; it always holds zero. A column that no sample drives gets `silent`. */
function chooseRange(
  sums: Float64Array,
  width: number,
  column: number,
  policy: ConverterPolicy,
  codes: number,
  silent: Range,
): Range {
  let low = 0;
  let high = 0;
  for (let at = column; at < sums.length; at += width) {
    low = Math.min(low, sums[at]!);
    high = Math.max(high, sums[at]!);
  }
  if (low === high) return silent;
  if (policy === 'percentile') return percentileRange(sums, width, column);
  if (policy === 'max') return { low, high };
  const below = clippingErrors(sums, width, column, low);
  const above = clippingErrors(sums, width, column, high);
  const total = sums.length / width;
  let best = { low, high };
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= binsPerSide; i++) {
    for (let j = 1; j <= binsPerSide; j++) {
      const range = { low: (low * i) / binsPerSide, high: (high * j) / binsPerSide };
      // Rounding is uniform within a step: its mean square is a twelfth of the step's square.
      const rounding = (((range.high - range.low) / codes) ** 2 / 12) * total;
      const error = rounding + below[i]! + above[j]!;
      if (error < least) {
        least = error;
        best = range;
      }
    }
  }
  return best;
}

/**
 * Squared error of clipping one side at i / binsPerSide of its extreme, for every i: from the counts and the sums of x
 * and x^2 beyond each edge.
 */
function clippingErrors(sums: Float64Array, width: number, column: number, extreme: number): Float64Array {
  const errors = new Float64Array(binsPerSide + 1);
  if (extreme === 0) return errors;
  const moments = [0, 1, 2].map(() => new Float64Array(binsPerSide + 2));
  for (let at = column; at < sums.length; at += width) {
    const x = sums[at]! / extreme;
    if (x <= 0) continue;
    const bin = Math.min(binsPerSide, Math.floor(x * binsPerSide));
    moments[0]![bin]! += 1;
    moments[1]![bin]! += x;
    moments[2]![bin]! += x * x;
  }
  for (let bin = binsPerSide - 1; bin >= 0; bin--) {
    for (const moment of moments) moment[bin]! += moment[bin + 1]!;
  }
  for (let i = 0; i <= binsPerSide; i++) {
    const edge = i / binsPerSide;
    const [m0, m1, m2] = moments.map((m) => m[i]!) as [number, number, number];
    errors[i] = Math.max(0, m2 - 2 * edge * m1 + edge * edge * m0) * extreme * extreme;
  }
  return errors;
}

/** Range that 99.9 % of the non-zero sums fall into. */
function percentileRange(sums: Float64Array, width: number, column: number): Range {
  const values: number[] = [];
  for (let at = column; at < sums.length; at += width) if (sums[at] !== 0) values.push(sums[at]!);
  values.sort((a, b) => a - b);
  const cut = Math.floor(values.length * 0.0005);
  return { low: Math.min(0, values[cut] ?? 0), high: Math.max(0, values[values.length - 1 - cut] ?? 0) };
}
