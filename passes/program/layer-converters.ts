/**
 * Settles the converters of one layer's blocks, from the sums that the calibration vectors produce on their columns. A job,
 * because layers can be settled in any thread.
 */
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import { bytesOfCodes, type InputCodes, joinCodes } from '../../src/ir/input-codes.ts';
import { codingOf, splitCodes } from '../../src/ir/input-planes.ts';
import {
  type BlockConverters,
  digitStepOf,
  distinctCopies,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import { type BitPlanes, openPlanes } from '../../src/kernels/bit-planes.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import type { Target } from '../../src/target/target.ts';
import type { Job } from '../../src/threads/pool.ts';
import { type CellLaw, type ColumnSums, columnSums } from './column-sums.ts';
import { type ConverterPolicy, type Range, rangeOf } from './converter-range.ts';
import { digitSums } from './digit-sums.ts';
import { pooledRanges } from './pooled-ranges.ts';
import { kept, type SharedSums, shareRanges } from './share-ranges.ts';

interface RangeContext {
  readonly target: Target;
  /** Neighbouring columns of a block that share one range. */
  readonly columnsPerRange: number;
}

interface RangeTask {
  readonly layer: SlicedLayer;
  readonly blocks: readonly PlacedBlock[];
  /** By use of the layer's matrix. */
  readonly records: readonly LayerRecord[];
  readonly policy: ConverterPolicy;
}

export const job: Job<RangeContext, RangeTask, BlockConverters[]> = {
  module: import.meta.url,
  open: (context) => ({ run: (task) => rangesOfLayer(task, context) }),
};

/** Calibration vectors that are looked at: twice as many moved no figure of MobileNet-V2. */
const vectorsUsed = { grouped: 512, dense: 256 };

/** @returns by block */
function rangesOfLayer(task: RangeTask, context: RangeContext): BlockConverters[] {
  const sumsOf = sumsOfBlocks(task, context.target);
  const pairs = context.target.adc.convert === 'pair';
  let upright: BlockConverters | undefined;
  return task.blocks.map((block) => {
    // Copies follow each other, and see the same sums where they hold the same.
    if (!upright || block.copy < distinctCopies(task.layer))
      upright = pairs
        ? settle(task, sumsOf(block), context, { part: (digit) => digit, floor: 0, beside: 0 })
        : settleColumns(task, sumsOf(block), context);
    if (pairs) return mirrored(upright, block);
    // One converter per column follows the plus and the minus column to where they lie.
    return task.layer.encoding === 'offset' && block.places?.flipped.includes(1)
      ? flippedColumns(upright, block.places.flipped, settleColumns(task, sumsOf(block), context, -1))
      : upright;
  });
}

/** Flipped columns see the negative of every sum: codes run from -2^(bits - 1) to 2^(bits - 1) - 1 about -1/2. */
function mirrored({ zero, step }: BlockConverters, { places }: PlacedBlock): BlockConverters {
  return places ? { zero: zero.map((z, i) => (places.flipped[i] ? -1 - z : z)), step } : { zero, step };
}

/** Flipped columns beside a reference have their digits negated, and are what is subtracted from the reference. */
function flippedColumns(
  upright: BlockConverters,
  flipped: Uint8Array,
  negated: BlockConverters,
): BlockConverters {
  const zero = upright.zero.slice();
  const step = upright.step.slice();
  for (const [column, turned] of flipped.entries()) {
    if (!turned) continue;
    const [own, reference] = [2 * column, 2 * column + 1];
    zero.set([negated.zero[reference]!, negated.zero[own]!], own);
    step.set([negated.step[reference]!, negated.step[own]!], own);
  }
  return { zero, step };
}

/** The sums of a block's columns, for cells that add what a law says. */
type SumsOf = (law: CellLaw) => Iterable<ColumnSums>;

/** Bit planes are made once for blocks that have their rows in common. */
function sumsOfBlocks(
  { layer, records, policy }: RangeTask,
  { driver }: Target,
): (block: PlacedBlock) => SumsOf {
  const made = new Map<string, BitPlanes[]>();
  const parts = drivenParts(layer, records, driver.polarity);
  const bipolar = parts.length > 1 && driver.polarity === 'bipolar';
  const { groups, rows } = layer.node;
  const given = parts[0]!.length / (groups * rows);
  // The extremes that were seen are those of all vectors.
  const wanted = policy === 'mse' ? vectorsUsed[groups > 1 ? 'grouped' : 'dense'] : given;
  const vectors = Math.min(wanted, given);
  if (driver.bits > 1) {
    const driven = { parts, vectors, bipolar, driver };
    return (block) => (law) => digitSums(block, layer, driven, law);
  }
  // The bytes of wide codes are vectors of their own.
  const bytes = parts.map(bytesOfCodes);
  const planesOf = openPlanes(layer.node, bytes, (vectors * bytes[0]!.length) / parts[0]!.length, bipolar);
  return (block) => {
    const key = [block.groups.start, block.groups.end, block.rows.start].join();
    const planes = made.get(key) ?? planesOf(block);
    made.set(key, planes);
    return (law) => columnSums(block, layer, planes, law);
  };
}

/** What drives the rows in the calibration vectors of all uses of a matrix: its converters serve all of them. */
function drivenParts(
  { uses, inputNumbers }: SlicedLayer,
  records: readonly LayerRecord[],
  polarity: Target['driver']['polarity'],
): readonly InputCodes[] {
  const ofUses = uses.map(({ quantization }, use) =>
    splitCodes(records[use]!.vectors, quantization, codingOf(quantization, inputNumbers, polarity)),
  );
  if (ofUses.length === 1) return ofUses[0]!;
  const most = Math.max(...ofUses.map((parts) => parts.length));
  return Array.from({ length: most }, (_, part) =>
    joinCodes(ofUses.map((parts) => parts[part] ?? new Uint8Array(parts[0]!.length))),
  );
}

/**
 * One converter per column: plus and minus columns see the level of their cell and the window's floor.
 * @param sign of the digits that columns beside a reference hold
 */
function settleColumns(
  task: RangeTask,
  sumsOf: SumsOf,
  context: RangeContext,
  sign: 1 | -1 = 1,
): BlockConverters {
  const { layer } = task;
  const { cell } = context.target;
  const floor = (layer.repeats * cell.gUseMin) / digitStepOf(layer, cell);
  const middle = (layer.radix - 1) / 2;
  const differential = layer.encoding === 'differential';
  const plusPart = (d: number) => (differential ? Math.max(d, 0) : sign * d + middle);
  const minusPart = (d: number) => (differential ? Math.max(-d, 0) : middle);
  const unused = cell.unused === 'reset' ? floor : 0;
  const beside = differential ? unused : middle + floor;
  const plus = settle(task, sumsOf, context, { part: plusPart, floor, beside });
  const minus = settle(task, sumsOf, context, { part: minusPart, floor, beside });
  const zero = new Int32Array(2 * plus.zero.length);
  const step = new Float32Array(2 * plus.zero.length);
  for (let i = 0; i < plus.zero.length; i++) {
    zero.set([plus.zero[i]!, minus.zero[i]!], 2 * i);
    step.set([plus.step[i]!, minus.step[i]!], 2 * i);
  }
  return { zero, step };
}

/** Settles the converters of a block whose cells add what `law` says when their row is driven. */
function settle(task: RangeTask, sumsOf: SumsOf, context: RangeContext, law: CellLaw): BlockConverters {
  const { adc, cell } = context.target;
  const { layer } = task;
  const digitStep = digitStepOf(layer, cell);
  const codes = 2 ** adc.bits - 1;
  const zero: number[] = [];
  const step: number[] = [];
  // What copies round off averages out between them, and what they clip does not.
  const averaged = layer.residual || schemeOf(context.target).exact ? 1 : layer.copies;
  const ranges = rangesOf(task, sumsOf(law), context.columnsPerRange, codes * Math.sqrt(averaged));
  for (const { seen, columns, range: wanted } of ranges) {
    const { least, most } = seen;
    // A column that no sample drives gets the range of what its cells could add up to.
    const range = wanted.low === wanted.high ? { low: least, high: most } : wanted;
    const lossless = law.floor === 0 && most - least <= codes;
    const unit = lossless ? 1 : (range.high - range.low) / codes;
    const middle = lossless ? (least + most) / 2 : (range.low + range.high) / 2;
    for (let column = 0; column < columns; column++) {
      step.push(unit * digitStep);
      // Codes run from -2^(bits - 1): their middle is -1/2.
      zero.push(Math.round(-middle / unit - 0.5));
    }
  }
  return { zero: Int32Array.from(zero), step: Float32Array.from(step) };
}

/** What columns see, with the range that the policy gives them; where there are more columns than calibration vectors, pooled. */
function* rangesOf(
  { layer, records, policy }: RangeTask,
  sums: Iterable<ColumnSums>,
  columnsPerRange: number,
  codes: number,
): Generator<SharedSums & { readonly range: Range }> {
  if (policy === 'bounds') {
    for (const shared of shareRanges(sums, columnsPerRange))
      yield { ...shared, range: { low: shared.seen.least, high: shared.seen.most } };
    return;
  }
  const vectors = records.reduce((sum, { count }) => sum + count, 0);
  if (policy !== 'mse' || vectors >= layer.node.columns) {
    for (const shared of shareRanges(sums, columnsPerRange))
      yield { ...shared, range: rangeOf(shared.seen, policy, codes) };
    return;
  }
  const all = [...shareRanges(allKept(sums), columnsPerRange)];
  const seen = all.map((shared) => shared.seen);
  const ranges = pooledRanges(seen, codes);
  for (const [i, shared] of all.entries())
    yield { ...shared, range: withinPossible(ranges[i]!, shared.seen) };
}

/** No sum lies beyond what the cells could add up to. */
function withinPossible({ low, high }: Range, { least, most }: ColumnSums): Range {
  return { low: Math.max(low, least), high: Math.min(high, most) };
}

function* allKept(sums: Iterable<ColumnSums>): Generator<ColumnSums> {
  for (const seen of sums) yield kept(seen);
}
