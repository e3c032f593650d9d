/** Mapped layers behind wires -> the signal-to-noise ratio that every layer alone is expected to have on a programmed chip. */
import type { CalibrationRecord, LayerRecord } from '../../src/ir/calibration-record.ts';
import type { Expected, ExpectedSignal } from '../../src/ir/expected-signal.ts';
import {
  type BlockConverters,
  blocksByArray,
  blockWeightColumns,
  type Mapping,
} from '../../src/ir/mapping.ts';
import { decibels } from '../../src/math/decibels.ts';
import type { Target } from '../../src/target/target.ts';
import type { Pool } from '../../src/threads/pool.ts';
import { bankOf } from '../../src/wires/currents.ts';
import { ladderShares } from '../../src/wires/ladder-model.ts';
import { conductancesOf } from '../../src/wires/level-conductances.ts';
import type { Predistorted, Solved } from '../../src/wires/predistort.ts';
import { expectedError, type SolvedBlock } from './expected-signal.ts';
import { arraysOf, type LayerSample, sampleLayers } from './sample-layers.ts';
import { solveArrays } from './solve-arrays.ts';

export interface ExpectContext {
  /** With wires. */
  readonly target: Target;
  readonly record: CalibrationRecord;
  /** By block. */
  readonly converters: readonly BlockConverters[];
  /** By array: what makes up for its wires. Absent: nothing does. */
  readonly predistorted?: readonly (Predistorted & Partial<Solved>)[] | undefined;
  readonly pool?: Pool | undefined;
}

export const expectSignals = {
  name: 'expect-signals',
  async run(mapping: Mapping, context: ExpectContext): Promise<Expected> {
    const samples = sampleLayers(mapping);
    const { target, pool, predistorted } = context;
    const solved = predistorted
      ? new Map(arraysOf(samples, mapping).map((array) => [array, predistorted[array] as Solved]))
      : await solveSampled(mapping, samples, { target, pool, levels: false });
    const expected = expectedOf(mapping, samples, solved, {
      ...context,
      corrected: predistorted !== undefined,
    });
    return predistorted ? { ...expected, ...excessesOf(predistorted.entries()) } : expected;
  },
};

/** Solves the arrays of samples, as far as these lie on them. @returns by their numbers */
export async function solveSampled(
  mapping: Mapping,
  samples: readonly LayerSample[],
  how: { readonly target: Target; readonly levels: boolean; readonly pool?: Pool | undefined },
): Promise<ReadonlyMap<number, Solved>> {
  const arrays = arraysOf(samples, mapping);
  const only = new Set(samples.flatMap(({ blocks }) => blocks));
  const solved = await solveArrays(mapping, arrays, { ...how, only, whole: new Set(arrays) });
  return new Map(arrays.map((array, i) => [array, solved[i] as Solved]));
}

/** What solved arrays mean for the layers that are sampled on them. @param corrected whether gains make up for the wires */
export function expectedOf(
  mapping: Mapping,
  samples: readonly LayerSample[],
  solved: ReadonlyMap<number, Solved>,
  { target, record, converters, corrected }: ExpectContext & { readonly corrected: boolean },
): Expected {
  const firstSum = sumsBefore(mapping);
  const shares = new Map([...solved].map(([array, { codes }]) => [array, sharesOf(codes, target)]));
  const layers = samples.map(({ layer: index, blocks }): ExpectedSignal => {
    const layer = mapping.layers[index]!;
    const own = blocks.map((number): SolvedBlock => {
      const block = mapping.blocks[number]!;
      const { codes, gains, seen } = solved.get(block.array)!;
      const start = firstSum[number]!;
      const columns = blockWeightColumns(block);
      return {
        block,
        codes,
        seen: seen.conductances,
        shares: shares.get(block.array)!,
        gains: corrected ? gains.subarray(start, start + columns) : new Float64Array(columns).fill(1),
        steps: converters[number]!.step,
      };
    });
    const records = layer.uses.map(({ output }): LayerRecord => record.layers.get(output)!);
    const { signal, noise, unwired } = expectedError(layer, own, records, target);
    return { layer: index, snr: decibels(signal / noise), unwired: decibels(signal / unwired) };
  });
  return { layers, ...excessesOf(solved) };
}

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
