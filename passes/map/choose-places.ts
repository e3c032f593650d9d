/**
 * Chooses places for columns so that what they cost there is little: each column is flipped where that costs less, and
 * columns change places in pairs as long as a pair gains by it. The costliest column chooses first. Every step lowers
 * the sum, so it ends; it hardly ever ends above the least sum, because most places are without faults.
 */
import type { ColumnPlaces } from '../../src/ir/mapping.ts';

/** What a column costs at a place; at least 0. */
export type PlaceCost = (column: number, place: number, flipped: boolean) => number;

/**
 * @param places as many as columns, or more
 * @returns undefined where all columns stay in order and upright
 */
export function choosePlaces(
  columns: number,
  places: number,
  flippable: boolean,
  costOf: PlaceCost,
): ColumnPlaces | undefined {
  const costs = new Float64Array(columns * places);
  const flips = new Uint8Array(columns * places);
  for (let column = 0, at = 0; column < columns; column++) {
    for (let place = 0; place < places; place++, at++) {
      const upright = costOf(column, place, false);
      const turned = flippable && upright > 0 ? costOf(column, place, true) : upright;
      flips[at] = turned < upright ? 1 : 0;
      costs[at] = Math.min(upright, turned);
    }
  }
  const place = Int32Array.from({ length: columns }, (_, column) => column);
  exchange(columns, places, costs, place);
  const flipped = Uint8Array.from(place, (p, column) => flips[column * places + p]!);
  const inOrder = place.every((p, column) => p === column) && !flipped.includes(1);
  return inOrder ? undefined : { place, flipped };
}

/** Exchanges columns, or moves them to places that none has, until nothing is gained. */
function exchange(columns: number, places: number, costs: Float64Array, place: Int32Array): void {
  const costAt = (column: number, at: number) => (column < 0 ? 0 : costs[column * places + at]!);
  const holder = Int32Array.from({ length: places }, (_, at) => (at < columns ? at : -1));
  const order = [...place.keys()].filter((column) => costAt(column, column) > 0);
  order.sort((a, b) => costAt(b, b) - costAt(a, a) || a - b);
  for (let changed = true; changed; ) {
    changed = false;
    for (const column of order) {
      const from = place[column]!;
      const own = costAt(column, from);
      if (own === 0) continue;
      let best = -1;
      // Below this, rounding could exchange two columns for ever.
      let gain = 1e-9 * own;
      for (let to = 0; to < places; to++) {
        const other = holder[to]!;
        const gained = own + costAt(other, to) - costAt(column, to) - costAt(other, from);
        if (gained <= gain) continue;
        gain = gained;
        best = to;
      }
      if (best < 0) continue;
      const other = holder[best]!;
      holder[best] = column;
      holder[from] = other;
      place[column] = best;
      if (other >= 0) place[other] = from;
      changed = true;
    }
  }
}
