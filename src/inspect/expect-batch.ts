/**
 * A package whose layers take passes -> what the passes of one batch write, from some arrays of the chip, evenly spread: these go through
 * all passes twice, and the second time counts, when every cell was formed and written before. The others are counted by the cells
 * that they are told.
 */
import type { SavedArray } from '../chip/array-state.ts';
import { type ArrayCounters, noCounts, totalCounts } from '../chip/chip.ts';
import { job } from '../chip/execute-array.ts';
import { type Passes, placesOnChip } from '../ir/passes.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { sumOf } from '../math/sum.ts';
import type { Package } from '../package/open.ts';
import { programsOf } from './sections.ts';

/** Arrays of the chip that are written at most. */
const mostWritten = 4;

export interface ExpectedBatch {
  /** Of all passes; arrays one after the other. */
  readonly energy: number;
  readonly time: number;
  /** Cycles that the memristor and the FeCAP with the most get in one batch, of the arrays that were written. */
  readonly wear: { readonly memristor: number; readonly fecap: number };
  /** Arrays of the chip that were written for it, of how many that passes write. */
  readonly written: number;
  readonly arrays: number;
}

/** @param cellsOf cells that an array of the package is told */
export async function expectBatch(
  pkg: Package,
  passes: Passes,
  { seed, cellsOf }: { readonly seed: number; readonly cellsOf: (array: number) => number },
): Promise<ExpectedBatch> {
  const { arrays } = pkg.manifest.summary;
  const places = placesOnChip(passes, arrays);
  const most = Math.max(...passes.each);
  const chosen = new Set(evenlySpread(most, mostWritten).map((place) => passes.kept + place));
  const wanted = places.flatMap((place, array) => (array >= passes.kept && chosen.has(place) ? [array] : []));
  const { header, programs } = await programsOf(pkg, new Set(wanted));
  const byPlace = new Map<number, ArrayProgram[]>();
  for await (const program of programs) {
    const place = places[program.array]!;
    byPlace.set(place, [...(byPlace.get(place) ?? []), { ...program, array: place }]);
  }
  const { run } = await job.open({ header, target: pkg.loaded.target, seed, keepHistory: true });
  const counters: ArrayCounters[] = [];
  const wear = { memristor: 0, fecap: 0 };
  for (const own of byPlace.values()) {
    let onto: SavedArray | undefined;
    const round = async (): Promise<SavedArray> => {
      for (const program of own) {
        const { conductances, traps, hidden, drivers, history, ...written } = await run({
          ...program,
          ...(onto && { onto }),
        });
        onto = { conductances, traps, hidden, drivers, counters: noCounts(), history: history! };
        counters.push(written.counters);
      }
      return onto!;
    };
    const before = (await round()).history;
    counters.splice(-own.length);
    const after = (await round()).history;
    wear.memristor = Math.max(wear.memristor, mostMore(before.cycles, after.cycles));
    wear.fecap = Math.max(wear.fecap, mostMore(before.fecapWrites, after.fecapWrites));
  }
  const { energy, time } = totalCounts(counters);
  const all = sumOf(places.map((_, array) => (array < passes.kept ? 0 : cellsOf(array))));
  const factor = all / sumOf(wanted.map(cellsOf));
  return { energy: factor * energy, time: factor * time, wear, written: chosen.size, arrays: most };
}

/** The most that a count grew by. */
function mostMore(before: Uint32Array, after: Uint32Array): number {
  return after.reduce((most, count, i) => Math.max(most, count - before[i]!), 0);
}
