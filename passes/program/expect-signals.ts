/** Mapped layers -> the signal-to-noise ratio that every layer alone is expected to have on a programmed chip that is read. */
import type { CalibrationRecord, LayerRecord } from '../../src/ir/calibration-record.ts';
import type { CellReadings } from '../../src/ir/cell-readings.ts';
import type { Expected, ExpectedSignal } from '../../src/ir/expected-signal.ts';
import {
  type BlockConverters,
  blocksByArray,
  blockWeightColumns,
  type Mapping,
} from '../../src/ir/mapping.ts';
import { decibels } from '../../src/math/decibels.ts';
import { sumOf } from '../../src/math/sum.ts';
import type { Target } from '../../src/target/target.ts';
import type { Pool } from '../../src/threads/pool.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { ladderShares } from '../../src/wires/ladder-model.ts';
import { conductancesOf } from '../../src/wires/level-conductances.ts';
import type { Predistorted, Solved } from '../../src/wires/predistort.ts';
import { codedArrays } from './array-codes.ts';
import type { SolvedBlock } from './block-flow.ts';
import { chooseSums } from './choose-sums.ts';
import { type ExpectedError, expectedError } from './expected-signal.ts';
import { layerTimes } from './layer-times.ts';
import { cellNoise, type ReadingTimes } from './reading-noise.ts';
import { arraysOf, type LayerSample, sampleLayers } from './sample-layers.ts';
import { solveArrays } from './solve-arrays.ts';

export interface ExpectContext {
  readonly target: Target;
  readonly record: CalibrationRecord;
  /** What cells are expected to do until they are read, and in readings. */
  readonly readings: CellReadings;
  /** By block. */
  readonly converters: readonly BlockConverters[];
  /** By array: what makes up for its wires. Absent: nothing does. */
  readonly predistorted?: readonly (Predistorted & Partial<Solved>)[] | undefined;
  readonly pool?: Pool | undefined;
}

export const expectSignals = {
  name: 'expect-signals',
  async run(mapping: Mapping, context: ExpectContext): Promise<Expected> {
    const { target, pool, predistorted } = context;
    const samples = sampleLayers(mapping, target.wires !== undefined);
    const solved = predistorted
      ? new Map(arraysOf(samples, mapping).map((array) => [array, predistorted[array] as Solved]))
      : await solveSampled(mapping, samples, { target, pool, levels: false });
    const expected = expectedOf(mapping, samples, solved, {
      ...context,
      corrected: predistorted !== undefined,
      times: layerTimes(mapping, context),
      multiplications: multiplicationsOf(mapping, context.record),
    });
    return predistorted ? { ...expected, ...excessesOf(predistorted.entries()) } : expected;
  },
};

/** What stands in the cells of an array, and what its converters are told. */
type Seen = Pick<Solved, 'codes' | 'gains' | 'over'> & {
  readonly seen: Pick<Solved['seen'], 'conductances'>;
};

/** Solves the arrays of samples, as far as these lie on them; without wires, every cell is seen as it is. @returns by their numbers */
export async function solveSampled(
  mapping: Mapping,
  samples: readonly LayerSample[],
  how: { readonly target: Target; readonly levels: boolean; readonly pool?: Pool | undefined },
): Promise<ReadonlyMap<number, Seen>> {
  const arrays = arraysOf(samples, mapping);
  if (!how.target.wires) return seenAsTheyAre(mapping, arrays, how.target);
  const only = new Set(samples.flatMap(({ tiles }) => tiles.flat()));
  const solved = await solveArrays(mapping, arrays, { ...how, only, whole: new Set(arrays) });
  return new Map(arrays.map((array, i) => [array, solved[i] as Solved]));
}

function seenAsTheyAre(mapping: Mapping, arrays: readonly number[], target: Target): Map<number, Seen> {
  const seen = new Map<number, Seen>();
  let next = 0;
  for (const { codes, sums } of codedArrays(mapping, target, arrays)) {
    const gains = new Float64Array(sums.length).fill(1);
    const conductances = conductancesOf(codes, target.cell);
    seen.set(arrays[next++]!, { codes, gains, seen: { conductances }, over: [] });
  }
  return seen;
}

/** How solved arrays are looked at. */
type SampledContext = Omit<ExpectContext, 'predistorted' | 'pool'> & {
  /** Whether gains make up for the wires. */
  readonly corrected: boolean;
  /** By layer. */
  readonly times: readonly ReadingTimes[];
  /** Of all layers, per inference: sums of inputs that are added take a share at most. */
  readonly multiplications: number;
};

/** What solved arrays mean for the layers that are sampled on them. */
export function expectedOf(
  mapping: Mapping,
  samples: readonly LayerSample[],
  solved: ReadonlyMap<number, Seen>,
  context: SampledContext,
): Expected {
  const errors = errorsOf(mapping, samples, solved, context);
  const layers = samples.map(({ layer }, i): ExpectedSignal => {
    const { signal, noise, unwired } = errors[i]!;
    return { layer, snr: decibels(signal / noise), unwired: decibels(signal / unwired) };
  });
  return { layers, ...excessesOf(solved) };
}

/** What errs in every sampled layer. */
export function errorsOf(
  mapping: Mapping,
  samples: readonly LayerSample[],
  solved: ReadonlyMap<number, Seen>,
  { target, record, readings, converters, corrected, times, multiplications }: SampledContext,
): ExpectedError[] {
  const firstSum = sumsBefore(mapping);
  const shares = new Map(
    target.wires && [...solved].map(([array, { codes }]) => [array, sharesOf(codes, target)]),
  );
  const solvedBlock = (number: number): SolvedBlock => {
    const block = mapping.blocks[number]!;
    const { codes, gains, seen } = solved.get(block.array)!;
    const start = firstSum[number]!;
    const columns = blockWeightColumns(block);
    return {
      block,
      codes,
      seen: seen.conductances,
      shares: shares.get(block.array),
      gains: corrected ? gains.subarray(start, start + columns) : new Float64Array(columns).fill(1),
      steps: converters[number]!.step,
    };
  };
  const layers = samples.map(({ layer: index, tiles }) => {
    const layer = mapping.layers[index]!;
    const records = layer.uses.map(({ output }): LayerRecord => record.layers.get(output)!);
    const reading = { target, noiseOf: cellNoise(target, readings, times[index]!) };
    const solvedTiles = tiles.map((tile) => tile.map(solvedBlock));
    const { groups, rows, columns } = layer.node;
    const cost = positionsOf(records) * groups * columns;
    return { ...expectedError(layer, solvedTiles, records, reading), rows, cost };
  });
  return chooseSums(layers, multiplications);
}

/** Of all layers of a mapping, per inference. */
export function multiplicationsOf({ layers }: Mapping, record: CalibrationRecord): number {
  return sumOf(
    layers.map(({ uses, node: { groups, rows, columns } }) => {
      const records = uses.map(({ output }) => record.layers.get(output)!);
      return positionsOf(records) * groups * rows * columns;
    }),
  );
}

const positionsOf = (records: readonly LayerRecord[]) => sumOf(records.map(({ positions }) => positions));

/** Arrays with lines that can be asked for more than their limit. */
function excessesOf(solved: Iterable<readonly [number, Pick<Predistorted, 'over'>]>) {
  const all = [...solved];
  const over = all.flatMap(([array, own]) => own.over.slice(0, 1).map((worst) => ({ array, ...worst })));
  return { arrays: all.length, over };
}

function sharesOf(codes: Int16Array, target: Target): Float64Array {
  const { array, cell, wires } = target;
  const shape = { ...array, bank: bankOf(target, array.rows) };
  return ladderShares(conductancesOf(codes, cell), shape, wires!);
}

/** By block: sums of columns on its array before its own. */
function sumsBefore(mapping: Mapping): Int32Array {
  const before = new Int32Array(mapping.blocks.length);
  for (const blocks of blocksByArray(mapping)) {
    let sums = 0;
    for (const block of blocks) {
      before[block] = sums;
      sums += blockWeightColumns(mapping.blocks[block]!);
    }
  }
  return before;
}
